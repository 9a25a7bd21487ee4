"""activities: activities with sign-up and attendance, volunteer posts, deliberation, surveys (A06, A14, A18, A19, A24, L06, L11, L27, L28, L35; domain 6.8, 6.9)."""
