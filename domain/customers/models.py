"""Tables of customers: who they are, whom to ask for, and where their sites are."""

from typing import Any

from tortoise import fields
from tortoise.models import Model


class Customer(Model):
    """A company or person for whom service is done."""

    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    phone = fields.CharField(max_length=40, null=True)
    email = fields.CharField(max_length=200, null=True)
    active = fields.BooleanField(default=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "customer"


class Contact(Model):
    """A person at a customer."""

    id = fields.IntField(primary_key=True)
    customer: Any = fields.ForeignKeyField("tavle.Customer", related_name="contacts", on_delete=fields.CASCADE)
    customer_id: int
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    phone = fields.CharField(max_length=40, null=True)
    email = fields.CharField(max_length=200, null=True)
    version = fields.IntField(default=1)

    class Meta:
        table = "contact"


class Address(Model):
    """A place where a customer's things are serviced."""

    id = fields.IntField(primary_key=True)
    customer: Any = fields.ForeignKeyField("tavle.Customer", related_name="addresses", on_delete=fields.CASCADE)
    customer_id: int
    number = fields.CharField(max_length=20, unique=True)
    name = fields.CharField(max_length=120)
    street = fields.CharField(max_length=200)
    postal_code = fields.CharField(max_length=20)
    city = fields.CharField(max_length=100)
    country = fields.CharField(max_length=2, default="DK")
    latitude = fields.DecimalField(max_digits=9, decimal_places=6, null=True)
    longitude = fields.DecimalField(max_digits=9, decimal_places=6, null=True)
    time_zone = fields.CharField(max_length=60, null=True)
    # Given for one order alone: not among the places to choose from, and free to be named as one of them.
    this_service_only = fields.BooleanField(default=False, db_default=False)
    version = fields.IntField(default=1)

    class Meta:
        table = "address"
