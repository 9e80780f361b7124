"""Facts: what is known of a request, as features and measures that a hypothesis is made of."""
