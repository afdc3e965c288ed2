"""What the office remembers: petitions, decisions, reviews, accounts; every SQL statement stands here."""
