{{ mart_inbox('day') }}
