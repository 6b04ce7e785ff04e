"""How Qudao runs: on one machine, in containers, and the tools of its operator."""
