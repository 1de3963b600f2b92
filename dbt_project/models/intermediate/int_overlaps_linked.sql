-- Quarters at a break that can be compared through an overlap, one row a series and quarter. Where both
-- a quarterly edition and months give it, the quarterly edition counts.
--
-- * `value` and `base_value`: the quarter and the one before, both on the basis that holds at the quarter's
--   end. A quarterly edition states both itself. Of months, those before the break are multiplied
--   by its link (the month before the break as the new edition states it, over as it stood), so that
--   a break within a quarter leaves no mixture: a flow is then summed, a stock is the last month's.
--   Not of the row 계, which is compared as the sum of its matched complexes.
-- * `value_before`: the quarter that ends just before a break, on the old basis. The figure that holds now
--   is the restated one, which is comparable with what follows and not with what came before.
with stated as (
    select * from {{ ref('int_overlaps_stated') }}
),

monthly as (
    select *, base_value / base_before as link
    from stated
    where freq = 'M'
),

months as (
    select
        complex_id, industry_code, measure, kind, period, {{ quarter_of_month('period') }} as quarter,
        value, obs_status
    from {{ ref('int_observations_vintaged') }}
    where is_latest and freq = 'M' and kind in ('flow', 'stock')
        and sex = '_T' and size_class = '_T'
),

-- the quarter of the break; after a break within it, a flow of the next quarter has a mixed base
touched as (
    select complex_id, industry_code, measure, kind, {{ quarter_of_month('period') }} as quarter
    from monthly
    where complex_id <> '_T'
    union
    select complex_id, industry_code, measure, kind, {{ next_quarter(quarter_of_month('period')) }} as quarter
    from monthly
    where complex_id <> '_T' and kind = 'flow' and not {{ begins_quarter('period') }}
),

-- every month at a break, also those without an overlap: they have no link
month_breaks as (
    select t.complex_id, t.industry_code, t.measure, t.quarter as touched_quarter, b.period, s.link
    from touched as t
    inner join {{ ref('int_breaks_listed') }} as b
        on b.complex_id = t.complex_id
        and b.is_industry = (t.industry_code <> '_T')
        and b.measure = t.measure
        and {{ period_freq('b.period') }} = 'M'
        and {{ quarter_of_month('b.period') }} in (t.quarter, {{ previous_period('t.quarter') }})
    left join monthly as s
        on s.complex_id = t.complex_id
        and s.industry_code = t.industry_code
        and s.measure = t.measure
        and s.period = b.period
),

-- the six months, as they stood before a break that follows them
six_months as (
    select
        t.complex_id, t.industry_code, t.measure, t.kind, t.quarter as touched_quarter, m.quarter, m.period,
        coalesce(s.base_before, m.value) as value
    from touched as t
    inner join months as m
        on m.complex_id = t.complex_id
        and m.industry_code = t.industry_code
        and m.measure = t.measure
        and m.quarter in (t.quarter, {{ previous_period('t.quarter') }})
        and m.obs_status = 'A'
        and (t.kind = 'flow' or {{ ends_quarter('m.period') }})
    left join monthly as s
        on s.complex_id = m.complex_id
        and s.industry_code = m.industry_code
        and s.measure = m.measure
        and s.base_period = m.period
),

rebased as (
    select
        m.complex_id, m.industry_code, m.measure, m.kind, m.touched_quarter, m.quarter, m.period,
        -- NULL where one of the breaks that follow has no link
        case when count(b.period) = count(b.link)
            then m.value * exp(coalesce(sum(ln(b.link) order by b.period), 0)) end as value
    from six_months as m
    left join month_breaks as b
        on b.complex_id = m.complex_id
        and b.industry_code = m.industry_code
        and b.measure = m.measure
        and b.touched_quarter = m.touched_quarter
        and b.period > m.period
    group by m.complex_id, m.industry_code, m.measure, m.kind, m.touched_quarter, m.quarter, m.period, m.value
),

quarters as (
    select
        complex_id, industry_code, measure, touched_quarter, quarter,
        sum(value order by period) as value
    from rebased
    group by complex_id, industry_code, measure, kind, touched_quarter, quarter
    having count(value) = case kind when 'flow' then 3 else 1 end
),

pairs as (
    select complex_id, industry_code, measure, period, value, base_value
    from stated
    where freq = 'Q' and complex_id <> '_T'
    union all
    select c.complex_id, c.industry_code, c.measure, c.quarter as period, c.value, p.value as base_value
    from quarters as c
    inner join quarters as p
        on p.complex_id = c.complex_id
        and p.industry_code = c.industry_code
        and p.measure = c.measure
        and p.touched_quarter = c.touched_quarter
        and p.quarter = {{ previous_period('c.quarter') }}
    left join stated as q
        on q.freq = 'Q'
        and q.complex_id = c.complex_id
        and q.industry_code = c.industry_code
        and q.measure = c.measure
        and q.period = c.quarter
    where c.quarter = c.touched_quarter and q.measure is null
),

ended_months as (
    select
        m.complex_id, m.industry_code, m.measure, m.quarter,
        sum(case when m.period = e.base_period then e.base_before else m.value end order by m.period) as value_before
    from months as m
    inner join monthly as e
        on e.complex_id = m.complex_id
        and e.industry_code = m.industry_code
        and e.measure = m.measure
        and {{ begins_quarter('e.period') }}
        and {{ quarter_of_month('e.base_period') }} = m.quarter
        and e.base_before is not null
    where m.obs_status = 'A' and (m.kind = 'flow' or {{ ends_quarter('m.period') }})
    group by m.complex_id, m.industry_code, m.measure, m.kind, m.quarter
    having count(*) = case m.kind when 'flow' then 3 else 1 end
),

ended as (
    select complex_id, industry_code, measure, base_period as period, base_before as value_before
    from stated
    where freq = 'Q' and base_before is not null
    union all
    select m.complex_id, m.industry_code, m.measure, m.quarter as period, m.value_before
    from ended_months as m
    left join stated as q
        on q.freq = 'Q'
        and q.complex_id = m.complex_id
        and q.industry_code = m.industry_code
        and q.measure = m.measure
        and q.base_period = m.quarter
        and q.base_before is not null
    where q.measure is null
)

select
    coalesce(p.complex_id, e.complex_id) as complex_id,
    coalesce(p.industry_code, e.industry_code) as industry_code,
    coalesce(p.measure, e.measure) as measure,
    coalesce(p.period, e.period) as period,
    p.value,
    p.base_value,
    e.value_before
from pairs as p
full join ended as e
    on e.complex_id = p.complex_id
    and e.industry_code = p.industry_code
    and e.measure = p.measure
    and e.period = p.period
