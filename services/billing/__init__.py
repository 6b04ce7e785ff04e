"""Billing: what dealers may owe, what they owe, and what they have paid."""
