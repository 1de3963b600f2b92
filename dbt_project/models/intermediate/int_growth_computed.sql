-- Growth of a quarter, on the quarter before (qoq) and on the year before (yoy), in two kinds.
--
-- As published: 100 × (this quarter / base quarter − 1) of the figures as they stand.
--
-- Like for like: what is compared is the same on both sides.
-- * A complex is compared with itself where no break of the register lies between. Across a break it
--   is chained through the overlap, where there is one: the edition of the quarter or month of the break
--   that restated the one before on its new basis gives the link of the two (int_overlaps_linked). A year
--   with a break in it is the product of its four links.
-- * The row 계 and its industries are the sum over matched complexes: those with a figure in both
--   quarters and no break between (or an overlap, quarter on quarter). Where a break concerns all
--   complexes, a year is the product of the four quarterly rates of matched complexes.
-- Where neither can be had there is no rate, and the reason is given.
--
-- Contribution in percentage points to the published growth of the row 계: the change of the part over
-- the base of the whole; what is absent (status M) is zero, and so is a complex before the register says
-- that it joined and after it says that it left: a complex that left has a row of its own for that.
-- The publisher restates totals and not the parts in them. What the industries leave open of the growth of
-- the row 계 stands beside it as `unallocated_pp`, what the complexes leave open as
-- `unallocated_complexes_pp`: with it they add up to the published growth. That of complexes is given where
-- every complex listed in one of the two quarters has a contribution; else it would tell what the suppressed
-- ones hide.
with quarters as (
    select complex_id, industry_code, measure, period, value, obs_status, is_simulated
    from {{ ref('int_observations_quarterised') }}
    where sex = '_T' and size_class = '_T'
        and measure in ({{ growth_measures() }})
),

breaks as (
    select complex_id, is_industry, measure, period, break_ids
    from {{ ref('int_breaks_listed') }}
    where period like '____-Q_'
),

compared as (
    select *, 'qoq' as comparison, {{ previous_period('period') }} as base_period from quarters
    union all
    select *, 'yoy' as comparison, {{ year_ago_period('period') }} as base_period from quarters
),

-- complexes that left between the two quarters
departed as (
    select
        q.complex_id, q.industry_code, t.measure, t.period,
        cast(null as double) as value, 'O' as obs_status, t.is_simulated, t.comparison, t.base_period
    from compared as t
    inner join quarters as q
        on q.measure = t.measure and q.period = t.base_period and q.industry_code = '_T'
        and q.obs_status <> 'O'
    inner join {{ ref('int_absences_listed') }} as o
        on o.complex_id = q.complex_id and o.measure = q.measure
        and o.absent_from > t.base_period and o.absent_from <= t.period and o.absent_until > t.period
    left join quarters as n
        on n.complex_id = q.complex_id and n.industry_code = '_T'
        and n.measure = q.measure and n.period = t.period
    where t.complex_id = '_T' and t.industry_code = '_T' and n.complex_id is null
),

comparisons as (
    select
        complex_id, industry_code, measure, period, value, obs_status, is_simulated, comparison, base_period
    from compared
    union all
    select
        complex_id, industry_code, measure, period, value, obs_status, is_simulated, comparison, base_period
    from departed
),

between_them as (
    select
        c.complex_id, c.industry_code, c.measure, c.period, c.comparison,
        -- a break that stands at several periods between is named once
        {{ all_break_ids('b.break_ids') }} as break_ids
    from comparisons as c
    inner join breaks as b
        on b.complex_id = c.complex_id
        and b.is_industry = (c.industry_code <> '_T')
        and b.measure = c.measure
        and b.period > c.base_period
        and b.period <= c.period
    group by c.complex_id, c.industry_code, c.measure, c.period, c.comparison
),

paired as (
    select
        c.*,
        p.value as base_value,
        p.obs_status as base_status,
        coalesce(p.is_simulated, false) as base_is_simulated,
        x.break_ids,
        -- a quarter that stands as restated for the break behind it is on another basis than those before
        case when o.value_before <> c.value then n.break_ids end as restated_for,
        -- the pair that can be compared
        case
            when x.break_ids is null and c.obs_status = 'A' and p.obs_status = 'A'
                then coalesce(o.value_before, c.value)
            when c.comparison = 'qoq' and c.obs_status = 'A' and p.obs_status = 'A' then o.value
        end as matched_value,
        case
            when x.break_ids is null and c.obs_status = 'A' and p.obs_status = 'A' then p.value
            when c.comparison = 'qoq' and c.obs_status = 'A' and p.obs_status = 'A' then o.base_value
        end as matched_base,
        x.break_ids is not null and c.comparison = 'qoq' and o.value is not null as is_overlap
    from comparisons as c
    left join quarters as p
        on p.complex_id = c.complex_id and p.industry_code = c.industry_code
        and p.measure = c.measure and p.period = c.base_period
    left join between_them as x
        on x.complex_id = c.complex_id and x.industry_code = c.industry_code
        and x.measure = c.measure and x.period = c.period and x.comparison = c.comparison
    left join {{ ref('int_overlaps_linked') }} as o
        on o.complex_id = c.complex_id and o.industry_code = c.industry_code
        and o.measure = c.measure and o.period = c.period
    left join breaks as n
        on n.complex_id = c.complex_id and n.is_industry = (c.industry_code <> '_T')
        and n.measure = c.measure and n.period = {{ next_quarter('c.period') }}
),

matched as (
    select
        '_T' as complex_id,
        industry_code, measure, period, comparison,
        sum(matched_value order by complex_id) as matched_value,
        sum(matched_base order by complex_id) as matched_base,
        count(matched_value) as matched_complexes,
        bool_or(is_overlap) as is_overlap
    from paired
    where complex_id <> '_T' and matched_base is not null and matched_value is not null
    group by industry_code, measure, period, comparison
),

direct as (
    select
        p.complex_id, p.industry_code, p.measure, p.period, p.comparison, p.base_period,
        p.value, p.obs_status, p.base_value, p.base_status, p.break_ids, p.restated_for,
        case when p.complex_id = '_T' then m.matched_value else p.matched_value end as matched_value,
        case when p.complex_id = '_T' then m.matched_base else p.matched_base end as matched_base,
        case when p.complex_id = '_T' then coalesce(m.matched_complexes, 0)
            when p.matched_value is null then 0 else 1 end as matched_complexes,
        coalesce(case when p.complex_id = '_T' then m.is_overlap else p.is_overlap end, false)
            as is_overlap,
        p.is_simulated or p.base_is_simulated as is_simulated
    from paired as p
    left join matched as m
        on m.complex_id = p.complex_id and m.industry_code = p.industry_code
        and m.measure = p.measure and m.period = p.period and m.comparison = p.comparison
    -- industries of single complexes serve the sums alone
    where p.complex_id = '_T' or p.industry_code = '_T'
),

linked as (
    select *, case when matched_base > 0 then matched_value / matched_base end as ratio
    from direct
),

-- the four quarterly links of a year
chains as (
    select
        y.complex_id, y.industry_code, y.measure, y.period,
        exp(sum(ln(q.ratio) order by q.period)) as ratio,
        min(q.matched_complexes) as matched_complexes
    from linked as y
    inner join linked as q
        on q.complex_id = y.complex_id and q.industry_code = y.industry_code
        and q.measure = y.measure and q.comparison = 'qoq'
        and q.period > y.base_period and q.period <= y.period
    where y.comparison = 'yoy' and y.ratio is null and y.break_ids is not null and q.ratio > 0
    group by y.complex_id, y.industry_code, y.measure, y.period
    having count(*) = 4
),

totals as (
    select measure, period, comparison, base_period, base_value, base_status
    from linked
    where complex_id = '_T' and industry_code = '_T'
),

-- a complex that is no part of the statistic in a quarter
absences as (
    select a.complex_id, a.measure, p.period
    from {{ ref('int_absences_listed') }} as a
    inner join (select period from totals union select base_period as period from totals) as p
        on p.period >= a.absent_from and p.period < a.absent_until
),

changed as (
    select
        l.*,
        case
            when n.period is not null and b.period is not null then null
            else
                case
                    when l.obs_status = 'A' then l.value
                    when l.obs_status = 'M' or (l.obs_status = 'O' and n.period is not null) then 0
                end
                - case
                    when l.base_status = 'A' then l.base_value
                    when l.base_status = 'M' or (coalesce(l.base_status, 'O') = 'O' and b.period is not null) then 0
                end
        end as change
    from linked as l
    left join absences as n
        on n.complex_id = l.complex_id and n.measure = l.measure and n.period = l.period
    left join absences as b
        on b.complex_id = l.complex_id and b.measure = l.measure and b.period = l.base_period
),

parts as (
    select measure, period, comparison, sum(change order by industry_code) as change
    from changed
    where complex_id = '_T' and industry_code <> '_T'
    group by measure, period, comparison
    having count(*) = count(change)
),

-- every complex that is listed in one of the two quarters, whatever of it is stated
listed as (
    select distinct t.measure, t.period, t.comparison, t.base_period, q.complex_id
    from totals as t
    inner join quarters as q on q.period in (t.period, t.base_period)
    where q.complex_id <> '_T' and q.industry_code = '_T'
),

complex_changes as (
    select e.measure, e.period, e.comparison, sum(c.change order by e.complex_id) as change
    from listed as e
    left join changed as c
        on c.complex_id = e.complex_id and c.industry_code = '_T' and c.measure = e.measure
        and c.period = e.period and c.comparison = e.comparison
    left join absences as n
        on n.complex_id = e.complex_id and n.measure = e.measure and n.period = e.period
    left join absences as b
        on b.complex_id = e.complex_id and b.measure = e.measure and b.period = e.base_period
    where n.period is null or b.period is null
    group by e.measure, e.period, e.comparison
    having count(*) = count(c.change)
)

select
    l.complex_id,
    l.industry_code,
    l.measure,
    l.period,
    l.comparison,
    l.base_period,
    case when l.obs_status = 'A' and l.base_status = 'A' and l.base_value <> 0
        then (l.value - l.base_value) / l.base_value * 100 end as growth_pct,
    case
        when l.obs_status = 'Q' or l.base_status = 'Q' then 'Q'
        when l.obs_status = 'O' or l.base_status is null or l.base_status = 'O' then 'O'
        when l.obs_status <> 'A' or l.base_status <> 'A' or l.base_value = 0 then 'M'
        else 'A'
    end as growth_pct_status,
    (coalesce(l.ratio, c.ratio) - 1) * 100 as growth_lfl_pct,
    case
        when coalesce(l.ratio, c.ratio) is not null then 'A'
        when l.complex_id = '_T' then case when l.base_status is null then 'O' else 'M' end
        when l.obs_status = 'Q' or l.base_status = 'Q' then 'Q'
        when l.obs_status = 'O' or l.base_status is null or l.base_status = 'O' then 'O'
        else 'M'
    end as growth_lfl_pct_status,
    case
        when l.ratio is not null and l.is_overlap then 'overlap'
        when l.ratio is not null and l.complex_id = '_T' then 'matched complexes'
        when l.ratio is not null then 'same complex'
        when c.ratio is not null then 'chained quarters'
    end as lfl_method,
    cast(coalesce(case when l.ratio is null then c.matched_complexes end, l.matched_complexes) as integer)
        as matched_complexes,
    {%- for language, words in [
        ('en', ['suppressed by the publisher in one of the two quarters', 'no figure for the base quarter',
            'no figure for the quarter', 'break between without overlap: ', 'zero base',
            'no matched complexes']),
        ('ko', ['두 분기 중 하나가 비공개(X)', '기준 분기의 값 없음', '당분기의 값 없음',
            '사이에 단절이 있고 겹치는 값이 없음: ', '기준값이 0', '비교 가능한 단지 없음']),
    ] %}
    case
        when coalesce(l.ratio, c.ratio) is not null then null
        when l.base_status is null or l.base_status = 'O' then '{{ words[1] }}'
        when l.obs_status = 'O' then '{{ words[2] }}'
        when l.break_ids is not null then '{{ words[3] }}' || l.break_ids
        when l.complex_id = '_T' then '{{ words[5] }}'
        when l.obs_status = 'Q' or l.base_status = 'Q' then '{{ words[0] }}'
        when l.base_value = 0 then '{{ words[4] }}'
        else '{{ words[2] }}'
    end as {{ 'lfl_reason' if language == 'en' else 'lfl_reason_ko' }},
    {%- endfor %}
    l.break_ids,
    l.restated_for,
    case when t.base_status = 'A' and t.base_value <> 0 then l.change / t.base_value * 100 end
        as contribution_pp,
    case when l.complex_id = '_T' and l.industry_code = '_T' and l.base_status = 'A' and l.base_value <> 0
        then (l.change - i.change) / l.base_value * 100 end as unallocated_pp,
    case when l.complex_id = '_T' and l.industry_code = '_T' and l.base_status = 'A' and l.base_value <> 0
        then (l.change - x.change) / l.base_value * 100 end as unallocated_complexes_pp,
    l.is_simulated
from changed as l
left join chains as c
    on l.comparison = 'yoy' and l.ratio is null
    and c.complex_id = l.complex_id and c.industry_code = l.industry_code
    and c.measure = l.measure and c.period = l.period
left join totals as t
    on t.measure = l.measure and t.period = l.period and t.comparison = l.comparison
left join parts as i
    on i.measure = l.measure and i.period = l.period and i.comparison = l.comparison
left join complex_changes as x
    on x.measure = l.measure and x.period = l.period and x.comparison = l.comparison
