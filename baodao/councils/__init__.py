"""councils: joint meetings with topics, attendance and resolutions that become duties
and are looked at in the next meeting (L21), part-time committee members and the
federations 党建联合体 they sit in (L20), the estate roles with terms and vacancies (L22)
and what their holders guide (L23), and the leaders' contact points with their visits
(A26, A27; domain 6.6, 6.13).

A meeting is read by the community through `JointMeeting`, by a unit through its seat.
What a unit owes of it, to come and to do what was resolved, are duties.
"""
