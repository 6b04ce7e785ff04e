"""HTTP bodies of the catalog API. Responses have no defaults, so clients get no false optionals."""
