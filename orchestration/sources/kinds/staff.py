"""SQL for who became staff, or is no more: what they wrote before is told anew."""

from __future__ import annotations


def changed_staff(newest: str, others: str = "") -> str:
    """CTEs that end in `changed`: the users whose being staff is not what it was.

    newest: by which, of two records of a user, the later is told. others: further columns of users
    that `changed` has, each with a comma before it.
    """
    return f"""
        staff_now as (
            select id{others}, arg_max(is_of_staff, {newest}) as is_of_staff
            from kept.users
            group by id{others}
        ),

        staff_before as (
            select id, arg_max(is_of_staff, {newest}) as is_of_staff
            from before.users
            group by id
        ),

        changed as (
            select staff_now.* exclude (is_of_staff)
            from staff_now
            left join staff_before on staff_now.id = staff_before.id
            where staff_now.is_of_staff <> coalesce(staff_before.is_of_staff, false)
        )"""
