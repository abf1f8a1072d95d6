{{ mart_of_scope('agent', 'day', name='agent_name') }}
