"""Service agreements, their lines, templates, and what they are set up with."""

from api.schema.agreements.setup import AgreementGroup
from api.schema.agreements.types import ServiceAgreement, ServiceAgreementLine, TemplateGroup

__all__ = ["AgreementGroup", "ServiceAgreement", "ServiceAgreementLine", "TemplateGroup"]
