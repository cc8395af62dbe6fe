"""Parts that screens are made of. They know the theme and words, no screen, no session, no event."""
