{{ mart_of_scope('agent', 'year', name='agent_name') }}
