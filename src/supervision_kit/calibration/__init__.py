"""How far a method can be trusted: what it marks by chance, what it finds, how late; all by simulation."""
