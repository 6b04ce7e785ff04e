"""HTTP bodies of the dealers API. Responses have no defaults, so clients get no false optionals."""
