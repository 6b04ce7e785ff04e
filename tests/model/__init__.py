"""Every interleaving of an order's life: the real saga against small models of its participants."""
