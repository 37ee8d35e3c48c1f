# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The style sheet of the report: light and dark, phone to desktop, paper. No external loads. Standard library only.

Text colours keep a contrast of 4.5:1 or more on the ground they stand on (WCAG 2.2, 1.4.3); a test computes it.
"""

from __future__ import annotations

LIGHT = {
    "ground": "#f5f6f8",
    "card": "#ffffff",
    "sunk": "#f0f2f5",
    "line": "#e2e6eb",
    "ink": "#171b22",
    "soft": "#56606d",
    "link": "#3b41c5",
    "good": "#0a6638",
    "good-ground": "#e3f5ea",
    "bad": "#b0211b",
    "bad-ground": "#fdeae8",
    "warn": "#7d4a00",
    "warn-ground": "#fdf1d9",
    "none": "#4b5563",
    "none-ground": "#edf0f3",
    "h1": "#5b61e0",
    "h2": "#0e8fa6",
    "h3": "#8a4fd0",
    "h4": "#2f79d8",
    "h5": "#1f9d74",
    "h6": "#c2568b",
    "h7": "#a8700f",
}

DARK = {
    "ground": "#0c0f13",
    "card": "#14191f",
    "sunk": "#1b2129",
    "line": "#272f39",
    "ink": "#e9edf2",
    "soft": "#9ca8b6",
    "link": "#a5abff",
    "good": "#62d597",
    "good-ground": "#10291d",
    "bad": "#ff938a",
    "bad-ground": "#351614",
    "warn": "#f3c068",
    "warn-ground": "#30230d",
    "none": "#b4bfcb",
    "none-ground": "#202831",
    "h1": "#8b90ff",
    "h2": "#3cc0d6",
    "h3": "#b98af2",
    "h4": "#67a8f7",
    "h5": "#4fc99c",
    "h6": "#e58ab6",
    "h7": "#d9a648",
}


def _variables(colours: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in colours.items())


_RULES = """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--ground);color:var(--ink);
font:15px/1.55 Inter,ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",Arial,sans-serif;
font-variant-numeric:tabular-nums;-webkit-font-smoothing:antialiased;overflow-wrap:anywhere}
.page{max-width:1120px;margin:0 auto;padding:0 28px 72px}
h1,h2,h3,p,dl,dd,ul,ol,table,figure{margin:0;padding:0}
h2{font-size:21px;line-height:1.3;letter-spacing:-.012em;font-weight:650}
h3{font-size:14px;font-weight:600;margin:28px 0 10px}
ul,ol{list-style:none}
a{color:var(--link);text-decoration:none}
a:hover{text-decoration:underline}
:focus-visible{outline:2px solid var(--link);outline-offset:3px;border-radius:6px}
code,.mono{font-family:ui-monospace,"SF Mono",SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;
font-size:.87em}
.soft{color:var(--soft)}
.num{text-align:right;white-space:nowrap}
.skip{position:absolute;left:-999px}
.skip:focus{left:12px;top:12px;background:var(--card);padding:8px 14px;border-radius:8px;z-index:2}
.i{width:1em;height:1em;flex:none;fill:none;stroke:currentColor;stroke-width:2.4;stroke-linecap:round;
stroke-linejoin:round}
.defs{position:absolute;width:0;height:0}
.top{display:flex;align-items:center;gap:12px;padding:22px 0;font-size:13.5px}
.brand{display:flex;align-items:center;gap:10px;font-weight:650;letter-spacing:-.01em;font-size:15px}
.brand svg{width:22px;height:22px;color:var(--link)}
.tag{border:1px solid var(--line);border-radius:99px;padding:1px 10px;background:var(--card);font-size:12.5px;
font-weight:550}
.top time{margin-left:auto;color:var(--soft)}
.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}.none{color:var(--none)}
.chip{display:inline-flex;align-items:center;gap:6px;border-radius:99px;padding:2px 10px 2px 8px;font-size:12.5px;
font-weight:600;
line-height:1.5;white-space:nowrap}
.chip.good{background:var(--good-ground)}.chip.bad{background:var(--bad-ground)}
.chip.warn{background:var(--warn-ground)}.chip.none{background:var(--none-ground)}
.card{background:var(--card);border:1px solid var(--line);border-radius:18px;padding:30px 32px;margin-top:22px}
.card>header{display:flex;flex-wrap:wrap;align-items:center;gap:6px 12px}
.card>header+p,.card>header+p+p{color:var(--soft);margin-top:6px;max-width:76ch}
.hero{display:grid;grid-template-columns:auto 1fr;gap:4px 24px;padding:38px 36px;position:relative;overflow:hidden}
.hero::before{content:"";position:absolute;inset:0 0 auto 0;height:4px;background:currentColor}
.hero>.seal{grid-row:span 2;width:60px;height:60px;border-radius:50%;display:grid;place-items:center;font-size:28px}
.hero.good .seal{background:var(--good-ground)}.hero.bad .seal{background:var(--bad-ground)}
.hero.warn .seal{background:var(--warn-ground)}.hero.none .seal{background:var(--none-ground)}
.hero h1{font-size:38px;line-height:1.15;letter-spacing:-.028em;font-weight:700}
.hero .lead{color:var(--ink);font-size:18px;line-height:1.5;max-width:62ch}
.facts{grid-column:2;display:flex;flex-wrap:wrap;gap:10px 40px;margin-top:20px;color:var(--ink)}
.facts dt,.fig dt{color:var(--soft);font-size:12.5px}
.facts dd{font-weight:550}
.steps{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:14px;margin-top:14px}
.steps a{display:block;background:var(--card);border:1px solid var(--line);border-radius:16px;
padding:18px 20px 17px;color:var(--ink)}
.steps a:hover{border-color:var(--soft);text-decoration:none}
.steps .what{display:flex;align-items:center;justify-content:space-between;gap:8px;font-size:13px;font-weight:550;
color:var(--soft)}
.steps .big{display:block;font-size:21px;font-weight:650;letter-spacing:-.02em;line-height:1.25;margin-top:12px;
overflow:hidden;text-overflow:ellipsis}
.steps .small{display:block;font-size:13px;color:var(--soft)}
.fig{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:16px 28px;margin-top:20px}
.fig dd{font-weight:550}
.fig code{font-weight:450}
.wide{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:14px}
caption{text-align:left;color:var(--soft);font-size:13px;padding-bottom:6px}
th{font-weight:550;font-size:12.5px;color:var(--soft);text-align:left;padding:8px 14px 8px 0;
border-bottom:1px solid var(--line);vertical-align:bottom}
td{overflow-wrap:break-word;padding:9px 14px 9px 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child>td{border-bottom:0}
th:last-child,td:last-child{padding-right:0}
th.num{text-align:right}
td.num,th.num{padding-right:30px}
.diff{margin-top:4px;font-size:13px;color:var(--bad)}
.more{color:var(--soft);font-size:13px;padding-top:8px}
details{border-top:1px solid var(--line)}
details>summary{cursor:pointer;list-style:none;padding:13px 0;display:flex;align-items:center;gap:6px 14px;
flex-wrap:wrap}
summary::-webkit-details-marker{display:none}
summary::before{content:"";width:7px;height:7px;border:solid var(--soft);border-width:0 2px 2px 0;
transform:rotate(-45deg);flex:none;margin-right:2px}
details[open]>summary::before{transform:rotate(45deg)}
summary:hover::before{border-color:var(--ink)}
.in{padding:2px 0 20px 24px}
.in>h3:first-child{margin-top:6px}
.list{margin-top:18px;border-bottom:1px solid var(--line)}
.list .name{font-weight:600}
.comp>summary{display:grid;grid-template-columns:auto 150px 116px 1fr 92px;gap:4px 14px}
.comp .chip{justify-self:start}
.comp .meter{height:6px;width:100%;display:block}
.step>summary{display:grid;grid-template-columns:auto minmax(180px,260px) 116px 1fr 64px;gap:4px 14px}
.step .chip{justify-self:start}
.step .sum{color:var(--soft);font-size:14px;overflow-wrap:anywhere}
.traffic{display:block;margin-top:18px;overflow:visible}
.traffic .mark{stroke:var(--ink);stroke-dasharray:3 3}
.traffic text{fill:var(--soft);font-size:11.5px}
.track{fill:var(--sunk)}
.gantt{margin-top:22px;position:relative}
.under{position:absolute;left:246px;top:26px;bottom:0;width:calc(100% - 348px);height:calc(100% - 26px)}
.row,.group{position:relative}
.row{display:grid;grid-template-columns:228px 1fr 84px;gap:2px 18px;align-items:center;min-height:30px}
.row svg{width:100%;height:26px;display:block;overflow:visible}
.row .num{font-size:13.5px}
.row .label{font-size:14px;overflow:hidden;text-overflow:ellipsis}
.group{font-size:12.5px;font-weight:600;color:var(--soft);padding:12px 0 2px}
.alone{margin-top:6px}
.alone b{font-weight:600}
.alone .label{line-height:1.3;padding:3px 0}
.axis{font-size:11.5px;color:var(--soft)}
.axis svg{height:18px}
.axis text{fill:var(--soft);font-size:11.5px}
.grid{stroke:var(--line)}
.key{display:flex;flex-wrap:wrap;gap:4px 20px;font-size:13px;color:var(--soft);margin-top:14px}
.key svg,.legend svg{width:12px;height:12px;flex:none;margin-right:7px;vertical-align:-1px}
.c1{fill:var(--h1)}.c2{fill:var(--h2)}.c3{fill:var(--h3)}.c4{fill:var(--h4)}.c5{fill:var(--h5)}.c6{fill:var(--h6)}.c7{fill:var(--h7)}.cbad{fill:var(--bad)}
.faint{opacity:.28}
.pale{opacity:.13}
.chart{margin-top:6px}
.chart>svg{display:block;width:100%}
.chart .bar{height:30px}.chart .slim{height:12px}.chart .zoom{height:26px}
.scale{display:flex;justify-content:space-between;font-size:12.5px;color:var(--soft);padding:4px 0}
.scale strong{color:var(--ink);font-weight:600}
.legend{display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));gap:3px 28px;margin-top:12px;
font-size:13.5px}
.legend li{display:flex;align-items:center}
.legend .num{margin-left:auto;padding-left:10px}
.checks{display:grid;gap:0;margin-top:18px;border-bottom:1px solid var(--line)}
.checks li{display:grid;grid-template-columns:20px 128px 1fr;gap:0 10px;padding:10px 0;
border-top:1px solid var(--line);align-items:baseline}
.checks .i{align-self:center;font-size:16px}
.checks b{font-weight:600}
.dots{display:flex;flex-wrap:wrap;gap:4px;margin:2px 0 12px;max-width:640px}
.dots i{width:10px;height:10px;border-radius:50%;background:var(--good)}
.dots i.b{border-radius:2px;background:none;box-shadow:inset 0 0 0 2.5px var(--bad)}
.dots i.u{background:none;box-shadow:inset 0 0 0 2px var(--soft)}
pre{margin:0;background:var(--sunk);border-radius:10px;padding:12px 14px;font-size:12.5px;line-height:1.5;
white-space:pre-wrap;overflow-wrap:anywhere}
.note{border-left:3px solid var(--line);padding:2px 0 2px 14px;margin-top:16px;color:var(--soft)}
.note.bad{border-color:var(--bad)}.note.warn{border-color:var(--warn)}.note.good{border-color:var(--good)}
.note strong{color:var(--ink);font-weight:600}
.foot{color:var(--soft);font-size:13px;padding:26px 4px 0}
@media (max-width:760px){
.step>summary{grid-template-columns:auto 1fr auto}
.step .sum{grid-column:2/-1;grid-row:2}
.page{padding:0 14px 48px}
.top{padding:16px 2px;flex-wrap:wrap;gap:4px 10px}
.top time{margin-left:0;width:100%}
.card{padding:22px 18px;border-radius:16px;margin-top:14px}
.hero{grid-template-columns:1fr;padding:28px 20px 24px;gap:6px}
.hero>.seal{width:48px;height:48px;font-size:23px;grid-row:auto;margin-bottom:8px}
.hero h1{font-size:30px}.hero .lead{font-size:16.5px}
.facts{grid-column:1;gap:10px 28px}
.steps{grid-template-columns:1fr 1fr;gap:10px;margin-top:10px}
.steps a{padding:14px 14px 13px}
.steps .what{flex-direction:column-reverse;align-items:flex-start;gap:8px}
.steps .big{font-size:18px;margin-top:4px}
.row{grid-template-columns:1fr auto;min-height:0;padding:5px 0}
.row svg{grid-row:2;grid-column:1/-1;height:26px;margin:-3px 0 -5px}
.under{left:0;width:100%}
.axis{padding:0;min-height:20px}.axis svg{grid-row:auto;height:18px}.axis .label,.axis .num{display:none}
.comp>summary{grid-template-columns:auto 1fr auto}
.comp>summary .sum{grid-column:2;order:8}
.comp>summary .num{order:9;font-size:13.5px;color:var(--soft)}
.in{padding-left:0}
.fig{grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:12px 20px}
.checks li{grid-template-columns:20px 1fr}
.checks li span{grid-column:2}
.stack thead{position:absolute;left:-999px}
.stack tr{display:block;padding:10px 0;border-bottom:1px solid var(--line)}
.stack tr:last-child{border-bottom:0}
.stack td{display:flex;justify-content:space-between;gap:14px;border:0;padding:2px 0;text-align:right}
.stack td::before{content:attr(data-label);color:var(--soft);font-size:13px;text-align:left;flex:none}
.stack td.head{font-weight:600;text-align:left}.stack td.head::before{content:none}
}
@media print{
:root{--ground:#fff}
body{font-size:11px}
.page{max-width:none;padding:0}
.card,.hero{border:0;border-radius:0;padding:12px 0;margin:0}
.card{border-top:1px solid var(--line)}
.steps a,.row,tr,.checks li{break-inside:avoid}
h2,h3{break-after:avoid}
details::details-content{content-visibility:visible;block-size:auto;display:block}
summary::before,.skip{display:none}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
"""

CSS = (
    f":root{{color-scheme:light dark;{_variables(LIGHT)}}}"
    f"@media screen and (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}"
    f"{_RULES}"
)
