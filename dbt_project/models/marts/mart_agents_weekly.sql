{{ mart_of_scope('agent', 'week', name='agent_name') }}
