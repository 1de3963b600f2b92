-- Each claim against every definition of its metric and every period that has a figure, its own
-- period always among them.
--
-- Full coverage: supported where |measured − stated| ≤ tolerance, else contradicted; 'at_least' and
-- 'at_most' look at one side, 'more_than' and 'less_than' at one side without the tolerance. For
-- 'approx' the measured figure is compared to one decimal more than the claim prints ("30 percent"
-- with 30.5, "44.7" with 43.86): figures in print carry no more than that. One side is a matter of
-- the figure itself, unrounded: 43.04 is more than 43.
-- Partial coverage: indicative. No figure, or none but that of the claim's own source: not
-- evaluable, with the reason. Where statements about the same thing (concept) and period lead to
-- opposite answers, each is disputed; `holds` still tells which says what.
--
-- Where a claim about a flow (money: production, exports, shipments) names its period, it has held
-- only in periods of that length: a year's exports are not a quarter's. Shares, rates and stocks may
-- be held against any length.
with pairs as (
    select
        c.*,
        m.definition,
        m.concept,
        m.period,
        m.value,
        m.months_covered,
        m.months_in_period,
        m.source as measured_source,
        coalesce(m.is_printed and instr(lower(m.source), lower(c.source)) > 0, false) as is_own_source,
        m.reason_en,
        m.reason_ko as measure_reason_ko,
        m.break_ids,
        coalesce(m.is_simulated, false) as measure_is_simulated
    from {{ ref('int_claims_selected') }} as c
    inner join {{ ref('int_claim_measures_gathered') }} as m
        on m.metric = c.metric and coalesce(m.complex_id, '_T') = coalesce(c.complex_id, '_T')
    union all
    -- the claim's own period, where nothing at all is known of it
    select
        c.*,
        'none' as definition,
        'none' as concept,
        coalesce(c.stated_period, 'none') as period,
        cast(null as double) as value,
        0 as months_covered,
        coalesce({{ months_of(period_freq('c.stated_period')) }}, 12) as months_in_period,
        cast(null as string) as measured_source,
        false as is_own_source,
        case
            {{ outside_the_statistic('en') }}
            else case when measured.metric is null then 'not measured by any source of this warehouse'
                else 'no figure for this metric and period' end || coalesce('; needed: ' || c.needs_en, '')
        end as reason_en,
        case
            {{ outside_the_statistic('ko') }}
            else case when measured.metric is null then '이 웨어하우스의 어느 자료에도 없음'
                else '이 지표와 시점의 수치 없음' end || coalesce('. 필요한 자료: ' || c.needs_ko, '')
        end as measure_reason_ko,
        cast(null as string) as break_ids,
        false as measure_is_simulated
    from {{ ref('int_claims_selected') }} as c
    left join (
        select distinct metric, coalesce(complex_id, '_T') as complex_id, period
        from {{ ref('int_claim_measures_gathered') }}
    ) as known
        on known.metric = c.metric and known.complex_id = coalesce(c.complex_id, '_T')
        and (c.stated_period is null or known.period = c.stated_period)
    left join (
        select distinct metric, coalesce(complex_id, '_T') as complex_id
        from {{ ref('int_claim_measures_gathered') }}
    ) as measured
        on measured.metric = c.metric and measured.complex_id = coalesce(c.complex_id, '_T')
    where known.metric is null
),

compared as (
    select
        *,
        value / unit_factor as measured_value,
        months_covered >= months_in_period as is_full,
        case
            when stated_period is null then 'unstated'
            when period = 'none' or period = stated_period then 'own'
            when {{ month_count('period', 'last') }} < {{ month_count('stated_period', 'first') }} then 'earlier'
            when {{ month_count('period', 'first') }} > {{ month_count('stated_period', 'last') }} then 'later'
            else 'overlapping'
        end as period_relation,
        dimension not in ('krw', 'usd') or stated_period is null
            or {{ period_freq('period') }} = {{ period_freq('stated_period') }} as is_comparable_length,
        value / unit_factor - stated_value as difference,
        -- what the tolerance of 'approx' is held against; `difference` itself stays unrounded
        round(value / unit_factor, case printed_decimals when 0 then 1 when 1 then 2 when 2 then 3
            when 3 then 4 else 5 end) - stated_value as rounded_difference,
        -- what two doubles may differ by at the edge itself
        1e-9 + 1e-12 * abs(stated_value) as edge
    from pairs
),

judged as (
    select
        *,
        case comparator
            when 'at_least' then difference >= -tolerance - edge
            when 'more_than' then difference > edge
            when 'less_than' then difference < -edge
            when 'at_most' then difference <= tolerance + edge
            else abs(rounded_difference) <= tolerance + edge
        end as holds
    from compared
),

weighed as (
    select
        *,
        max(case when is_full and holds then 1 else 0 end) over same_thing as any_holds,
        max(case when is_full and not holds then 1 else 0 end) over same_thing as any_fails,
        max(case when is_full and value is not null and not is_own_source then 1 else 0 end)
            over same_thing as any_other
    from judged
    window same_thing as (partition by claim_id, concept, period)
),

answered as (
    select
        *,
        case
            when value is null then 'not_evaluable'
            when not is_full then 'indicative'
            when any_holds = 1 and any_fails = 1 then 'disputed'
            when is_own_source and any_other = 0 then 'not_evaluable'
            when holds then 'supported'
            else 'contradicted'
        end as verdict,
        case when dimension = 'percent' then 2
            when dimension in ('persons', 'count') then printed_decimals
            else printed_decimals + 1 end as measured_places,
        case when dimension = 'percent' then 2 else printed_decimals end as stated_places,
        case when dimension = 'percent' and printed_decimals < 2 then 2
            when tolerance = round(tolerance) then 0
            else printed_decimals + 1 end as tolerance_places
    from weighed
),

spelled as (
    select
        *,
        {%- for column, words in [('measured_text', 'unit_en'), ('measured_text_ko', 'unit')] %}
        {{ figure_text('measured_value', 'measured_places') }} || ' ' || {{ words }}
            || case when dimension = 'percent' and printed_decimals = 0 and comparator = 'approx'
                then ' (' || {{ pct_text('measured_value', 1) }} || ')' else '' end as {{ column }},
        {%- endfor %}
        {{ figure_text('stated_value', 'stated_places') }}
            || case when comparator in ('more_than', 'less_than') then ''
                else ' ± ' || {{ figure_text('tolerance', 'tolerance_places') }} end as stated_text,
        case when comparator in ('more_than', 'less_than') then case when holds then 'holds' else 'does not hold' end
            when holds then 'within the tolerance' else 'outside the tolerance' end as outcome,
        case when comparator in ('more_than', 'less_than') then case when holds then '맞음' else '맞지 않음' end
            when holds then '허용오차 안' else '허용오차 밖' end as outcome_ko
    from answered
),

worded as (
    select
        *,
        measured_text || ', stated '
            || case comparator when 'at_least' then 'at least ' when 'at_most' then 'at most '
                when 'more_than' then 'more than ' when 'less_than' then 'less than ' else '' end
            || stated_text || ': ' || outcome as found,
        measured_text_ko || ', 주장 ' || stated_text
            || case comparator when 'at_least' then ' 이상' when 'at_most' then ' 이하'
                when 'more_than' then ' 초과' when 'less_than' then ' 미만' else '' end
            || ': ' || outcome_ko as found_ko
    from spelled
),

held_periods as (
    select
        claim_id,
        period,
        min(definition) as definition,
        max({{ month_count('period', 'last') }}) as last_month
    from worded
    where verdict = 'supported' and is_comparable_length
    group by claim_id, period
),

held as (
    select
        claim_id,
        {{ dbt.listagg('period', "', '", 'order by last_month, period') }} as held_periods
    from held_periods
    group by claim_id
),

last_held as (
    select claim_id, period as last_held_period, definition as last_held_definition
    from (
        select *, row_number() over (partition by claim_id order by last_month desc, length(period), period) as place
        from held_periods
    ) as ranked
    where place = 1
)

select
    w.claim_id,
    w.text,
    w.source,
    w.claim_date,
    w.metric,
    w.complex_id,
    w.definition,
    w.concept,
    w.period,
    w.period_relation,
    w.unit,
    w.unit_en,
    w.stated_value,
    w.tolerance,
    w.measured_value,
    w.difference,
    case when w.dimension = 'percent' then w.stated_value * w.unit_factor end as stated_pct,
    case when w.dimension = 'percent' then w.tolerance * w.unit_factor end as tolerance_pp,
    case when w.dimension = 'percent' then w.value end as measured_pct,
    case when w.dimension = 'percent' then w.value - w.stated_value * w.unit_factor end as difference_pp,
    cast(w.months_covered as string) || '/' || cast(w.months_in_period as string) as coverage,
    w.measured_source,
    w.is_own_source,
    case when w.value is not null then w.holds end as holds,
    w.verdict,
    case
        when w.value is null then coalesce(w.reason_en, 'no figure for this metric and period')
        when w.verdict = 'indicative'
            then 'coverage ' || cast(w.months_covered as string) || ' of '
                || cast(w.months_in_period as string) || ' months; indicative value ' || w.found
        when w.verdict = 'not_evaluable'
            then 'no source but the claim''s own states a figure: ' || w.measured_text
        when w.verdict = 'disputed' then 'sources disagree; this one: ' || w.found
        else 'measured ' || w.found
    end || case when w.value is not null then coalesce('; breaks: ' || w.break_ids, '') else '' end as reason,
    case
        when w.value is null then coalesce(w.measure_reason_ko, '이 지표와 시점의 수치 없음')
        when w.verdict = 'indicative'
            then cast(w.months_in_period as string) || '개월 중 ' || cast(w.months_covered as string)
                || '개월 수치; 참고값 ' || w.found_ko
        when w.verdict = 'not_evaluable' then '주장한 출처 말고는 수치가 없음: ' || w.measured_text_ko
        when w.verdict = 'disputed' then '출처끼리 어긋남; 이 출처는 ' || w.found_ko
        else '측정 ' || w.found_ko
    end || case when w.value is not null then coalesce('; 단절: ' || w.break_ids, '') else '' end as reason_ko,
    w.break_ids,
    l.last_held_period,
    l.last_held_definition,
    h.held_periods,
    w.is_simulated or w.measure_is_simulated as is_simulated
from worded as w
left join held as h on h.claim_id = w.claim_id
left join last_held as l on l.claim_id = w.claim_id
