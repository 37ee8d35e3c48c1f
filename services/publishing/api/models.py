"""What clients may send."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
Money = Annotated[Decimal, Field(ge=0, max_digits=10, decimal_places=2)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class Body(BaseModel):
    """Members that nobody knows are refused: a misspelt one would be lost."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class NewCreator(Body):
    """A sign-up."""

    handle: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,38}$")
    display_name: str = Field(min_length=1, max_length=100)
    email: Email
    country: str = Field(pattern="^[A-Z]{2}$")
    monthly_price: Money
    currency: Currency = "EUR"
    profile: dict[str, Any] = Field(default_factory=dict)


class NewPost(Body):
    """A post."""

    title: str = Field(min_length=1, max_length=200)
    body: str = Field(min_length=1, max_length=100_000)
    visibility: Literal["public", "subscribers", "draft"] = "public"
    tags: list[Annotated[str, Field(min_length=1, max_length=40)]] = Field(default_factory=list, max_length=20)


class NewSubscription(Body):
    """A reader subscribes."""

    email: Email
    plan: Literal["monthly", "yearly"] = "monthly"


class NewPayment(Body):
    """A payment for a subscription; of its price where no amount is given."""

    subscription_id: int = Field(ge=1)
    amount: Money | None = None
    method: Literal["card", "sepa", "wallet"] = "card"
