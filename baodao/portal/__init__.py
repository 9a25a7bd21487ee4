"""portal: what people without an account see, and the way in for everybody else.

The public board with its figures, wishes and thanks; sign-in, first run, switching
between one's roles, one's own account; search and messages; menus per role. The
pages here are made of several subjects, which is why they stand on top of them.
A12, A17, L50; design 5.2, 7; domain 8.38, 9.4.
"""
