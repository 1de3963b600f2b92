-- Each claim against every definition of its metric and every period that has a numerator or a
-- denominator; a claim that states its period against that period alone.
--
-- Full coverage: supported where |measured − stated| ≤ tolerance, else contradicted; 'at_least' and
-- 'at_most' look at one side. The measured share is compared to one decimal more than the claim
-- prints ("30 percent" with 30.5, "44.7" with 43.86): figures in print carry no more than that. Partial coverage: indicative. No
-- share: not evaluable, with the reason the share has.
with newest as (
    select
        *,
        row_number() over (
            partition by claim_id
            order by {{ dbt.split_part('snapshot_id', "'/'", 3) }} desc, loaded_at desc,
                snapshot_id desc, cell
        ) as statement
    from {{ ref('stg_sandan__claims') }}
),

claims as (
    select
        c.claim_id,
        c.text,
        c.source,
        c.claim_date,
        c.metric,
        c.period,
        coalesce(c.comparator, 'approx') as comparator,
        c.stated_value * coalesce(u.factor_to_canonical, 1) as stated_pct,
        coalesce(c.tolerance, 0) * coalesce(u.factor_to_canonical, 1) as tolerance_pp,
        c.is_simulated
    from newest as c
    left join {{ ref('units') }} as u on u.unit = c.unit and u.dimension = 'percent'
    where c.statement = 1
),

matched as (
    select
        c.claim_id,
        c.text,
        c.source,
        c.claim_date,
        c.metric,
        coalesce(s.definition, 'none') as definition,
        coalesce(s.period, c.period, 'none') as period,
        c.comparator,
        c.stated_pct,
        c.tolerance_pp,
        s.share_pct as measured_pct,
        s.share_pct - c.stated_pct as difference_pp,
        coalesce(s.months_covered, 0) as months_covered,
        coalesce(s.months_in_period, 12) as months_in_period,
        s.reason_en as share_reason,
        s.reason_ko as share_reason_ko,
        c.is_simulated or coalesce(s.is_simulated, false) as is_simulated
    from claims as c
    left join {{ ref('int_shares_computed') }} as s
        on s.metric = c.metric and (c.period is null or s.period = c.period)
),

compared as (
    select
        *,
        case
            when stated_pct = round(stated_pct) then 1
            when stated_pct = round(stated_pct, 1) then 2
            else 3
        end as decimals,
        -- what the tolerance is held against; difference_pp itself stays unrounded
        round(measured_pct, case
            when stated_pct = round(stated_pct) then 1
            when stated_pct = round(stated_pct, 1) then 2
            else 3
        end) - stated_pct as rounded_difference_pp
    from matched
),

judged as (
    select
        *,
        -- 1e-9: what two doubles may differ by at the edge itself
        case comparator
            when 'at_least' then rounded_difference_pp >= -tolerance_pp - 1e-9
            when 'at_most' then rounded_difference_pp <= tolerance_pp + 1e-9
            else abs(rounded_difference_pp) <= tolerance_pp + 1e-9
        end as holds,
        {{ pct_text('measured_pct') }} || ' %'
            || case when decimals = 1
                then ' (' || {{ pct_text('measured_pct', 1) }} || ')' else '' end as measured_text,
        case comparator when 'at_least' then 'at least ' when 'at_most' then 'at most ' else '' end
            || {{ pct_text('stated_pct') }} || ' ± ' || {{ pct_text('tolerance_pp') }} as stated_text,
        {{ pct_text('stated_pct') }} || ' ± ' || {{ pct_text('tolerance_pp') }}
            || case comparator when 'at_least' then ' 이상' when 'at_most' then ' 이하' else '' end
            as stated_text_ko
    from compared
),

worded as (
    select
        *,
        case when holds then ': within the tolerance' else ': outside the tolerance' end as outcome,
        case when holds then ': 허용오차 안' else ': 허용오차 밖' end as outcome_ko
    from judged
)

select
    claim_id,
    text,
    source,
    claim_date,
    metric,
    definition,
    period,
    stated_pct,
    tolerance_pp,
    measured_pct,
    difference_pp,
    cast(months_covered as string) || '/' || cast(months_in_period as string) as coverage,
    case
        when measured_pct is null then 'not_evaluable'
        when months_covered < months_in_period then 'indicative'
        when holds then 'supported'
        else 'contradicted'
    end as verdict,
    case
        when measured_pct is null then coalesce(share_reason, 'no figure for this metric and period')
        when months_covered < months_in_period
            then 'coverage ' || cast(months_covered as string) || ' of '
                || cast(months_in_period as string) || ' months; indicative value '
                || measured_text || ', stated ' || stated_text || outcome
        else 'measured ' || measured_text || ', stated ' || stated_text || outcome
    end as reason,
    case
        when measured_pct is null then coalesce(share_reason_ko, '이 지표와 시점의 수치 없음')
        when months_covered < months_in_period
            then cast(months_in_period as string) || '개월 중 ' || cast(months_covered as string)
                || '개월 수치; 참고값 ' || measured_text || ', 주장 ' || stated_text_ko || outcome_ko
        else '측정 ' || measured_text || ', 주장 ' || stated_text_ko || outcome_ko
    end as reason_ko,
    is_simulated
from worded
