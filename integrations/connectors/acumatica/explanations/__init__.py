"""Acumatica's failure codes in plain words: cause, who must act, and the path to the fix in Acumatica's own menus."""

from integrations.connectors.acumatica.explanations.booking import BOOKING
from integrations.connectors.acumatica.explanations.sign_in import SIGN_IN
from integrations.connectors.acumatica.explanations.trouble import TROUBLE

EXPLANATIONS = (*SIGN_IN, *BOOKING, *TROUBLE)
