{{ mart_inbox('month') }}
