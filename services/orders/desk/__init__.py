"""The saga desk (U-16): orders that do not go on by themselves, and what people do about them."""
