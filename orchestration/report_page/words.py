"""What the page calls its numbers, and how it explains them to readers."""

from __future__ import annotations

# The numbers whose threads can be shown, by their columns.
TITLES = {
    "new_threads": "New threads",
    "messages": "Messages",
    "unique_users": "Active users",
    "labeled_threads": "Labeled threads",
    "average_rating": "Average rating",
    "ratings": "Ratings",
    "first_response_seconds_median": "First response",
    "closing_seconds_median": "Closing",
    "messages_sent": "Messages sent",
    "open_threads": "Open threads",
    "reply_seconds_median": "Each reply",
    "first_response_business_seconds_median": "First response, working time",
    "closing_business_seconds_median": "Closing, working time",
    "reply_business_seconds_median": "Each reply, working time",
}
HELPS = {
    "new_threads": "Threads that were started in the range.",
    "messages": "Messages of users and agents, on the day they were sent. Internal notes, bots and "
    "system lines do not count.",
    "unique_users": "Different people who started a thread or wrote a message in the range, new or "
    "not. Who comes back within the range is counted once.",
    "labeled_threads": "Threads that were started in the range and carry a label today.",
    "average_rating": "Mean of the ratings from 1 to 5 that users gave in the range. In the chart "
    "a point is the larger the more ratings it has.",
    "ratings": "Ratings that users gave in the range.",
    "first_response_seconds_median": "From a user's first message to the first answer of an agent: "
    "half of the threads that were started in the range and answered took no longer than the "
    "median, nine of ten no longer than the 90th percentile. Threads that wait for their first "
    "answer are not in it. Of an agent: the threads whose first answer they sent.",
    "closing_seconds_median": "From the start of a thread to its closing: half of the threads that "
    "were started in the range and are closed today took no longer than the median, nine of ten "
    "no longer than the 90th percentile. Of an agent: the threads that they closed.",
    "messages_sent": "Messages that the agent sent, in whoever's thread.",
    "reply_seconds_median": "How long users waited for each reply, on the day on which it was "
    "sent, also within a thread.",
    "within": "Of the threads whose first answer came, the share in which it came within an hour, "
    "by the day on which the thread was started.",
    "labels": "The labels on the most threads that were started in the range, as they are labeled "
    "today. A click on one shows only its threads.",
    "hours": "Messages of users by the hour in which they were sent, on average over the range.",
    "agent_hours": "Messages that the agent sent by their hour, on average over the range.",
    "agent_name": "Unassigned is what nobody holds.",
    "period": "Days, weeks, months or years of the range.",
    "open_threads": "Threads that were open at the end of the period.",
    "label": "As the threads are labeled today.",
    "rank": "By threads; 1 is the most.",
    "thread_id": "The thread's identifier.",
    "record_id": "The message or the rating that is counted.",
    "event_date": "The day on which it counts.",
    "agent_id": "For whom it counts.",
    "channel": "The thread's channel.",
    "new_users": "People who were active for the first time ever.",
}
# Why a thread is not counted, as inbox_threads has it.
REASONS = {
    "another_channel": "of another channel",
    "another_team": "of another team",
    "another_label": "without the label",
    "another_priority": "of another priority",
    "another_day": "on another day",
    "another_agent": "of another agent",
    "agent_started": "begun by an agent",
    "no_user_message": "without a message of a user",
    "unanswered": "unanswered",
    "still_open": "still open",
    "closed_by_then": "closed by then",
    "time_inconsistent": "that end before they begin",
    "no_rating": "without a rating",
    "not_labeled": "without a label",
    "not_a_counted_message": "notes, of bots or of the system",
    "not_this_number": "that the number does not count",
}
