"""Request Tracker's tables of people: accounts, who is privileged, who asked."""

from __future__ import annotations

from ..columns import column_types
from ..model import Table
from .leaving_out import stays
from .request_tracker_queues import LEFT_OUT

_PRIVILEGED = """
        privileged as (
            select distinct identifier(membership.MemberId) as user_id
            from landed."GroupMembers" as membership
            inner join landed."Groups" as system_group
                on identifier(membership.GroupId) = identifier(system_group.id)
            where system_group.Domain = 'SystemInternal'
                and coalesce(system_group.Name, system_group."Type") = 'Privileged'
        )
"""

USERS = Table(
    name="Users",
    columns=column_types("id, Name, RealName, EmailAddress, LastUpdated"),
    keeps="users",
    # Of people who are no staff, neither the key itself nor the name stays.
    select=f"""
        with {_PRIVILEGED},

        described as (
            select
                account.*,
                account.Name in ('RT_System', 'Nobody') as is_of_system,
                coalesce(
                    privileged.user_id is not null or is_staff(account.id)
                    or is_staff(account.EmailAddress) or is_staff(account.Name),
                    false
                ) and account.Name not in ('RT_System', 'Nobody') as is_of_staff,
                principal.Disabled as disabled
            from landed."Users" as account
            left join privileged on identifier(account.id) = privileged.user_id
            left join landed."Principals" as principal
                on identifier(account.id) = identifier(principal.id)
        )

        select
            person(id) as id,
            case when is_of_staff or is_of_system then identifier(id) end as agent_id,
            case
                when is_of_staff
                    then split_part(coalesce(nullif(trim(RealName), ''), trim(Name)), '@', 1)
            end as name,
            is_of_staff,
            is_of_system,
            -- What is left of a person whom the desk has made anonymous.
            coalesce(starts_with(Name, 'anon_') and coalesce(EmailAddress, '') = '', false)
                as is_erased,
            -- The account that comes with every installation.
            Name = 'root' as is_root,
            not coalesce(flag(disabled), false) as is_active,
            instant(LastUpdated) as updated_at,
            landed_at
        from described
    """,
    is_required=True,
    lacks="who is an agent: every answer would count as a customer's",
)

GROUPS = Table(
    name="Groups",
    columns=column_types("id, Name, Type, Domain, Instance"),
    is_required=True,
    lacks="who asked, and who is an agent",
)

GROUP_MEMBERS = Table(
    name="GroupMembers",
    columns=column_types("id, GroupId, MemberId"),
    is_required=True,
    lacks="who is an agent: every answer would count as a customer's",
)

PRINCIPALS = Table(
    name="Principals",
    columns=column_types("id, PrincipalType, Disabled"),
    is_required=True,
    lacks="which members are people, and which agents are active",
)

REQUESTORS = Table(
    name="CachedGroupMembers",
    columns=column_types("id, GroupId, MemberId, Disabled"),
    keeps="requestors",
    select=f"""
        select
            identifier(membership.id) as id,
            identifier(role.Instance) as ticket_id,
            person(membership.MemberId) as requestor,
            membership.landed_at
        from landed."CachedGroupMembers" as membership
        left join landed."Groups" as role on identifier(membership.GroupId) = identifier(role.id)
        left join landed."Principals" as principal
            on identifier(membership.MemberId) = identifier(principal.id)
        where membership.id is null
            or (
                role.Domain = 'RT::Ticket-Role'
                and coalesce(role.Name, role."Type") = 'Requestor'
                and principal.PrincipalType = 'User'
                and not coalesce(flag(membership.Disabled), false)
                and {stays("role.Instance", LEFT_OUT)}
            )
    """,
    is_required=True,
    lacks="who asked: a conversation would have no customer",
)
