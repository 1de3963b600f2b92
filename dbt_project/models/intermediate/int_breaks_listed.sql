-- The periods at which the register of breaks makes a series unlike itself before: one row a complex
-- ('_T': the publisher's row 계), measure, period and `is_industry` (a figure of one industry, or the
-- total over all). The observation of such a period is the first after the break.
--
-- * A change of coverage concerns the complex itself and the row 계.
-- * A change of method or sample concerns what it names ('_T': every complex and the row 계).
-- * A reclassification moves firms between industries: it concerns figures of industries alone.
-- * Within a quarter, a break after its first month leaves a flow mixed: that quarter and the next.
-- * A change of frequency is no break of levels.
with breaks as (
    select
        break_id,
        effective,
        complex_id,
        kind,
        ';' || measures || ';' as measures,
        {{ as_quarter('effective') }} as quarter,
        effective like '____-Q_' or {{ begins_quarter('effective') }} as begins_quarter
    from {{ ref('complex_breaks') }}
    where kind <> 'frequency'
),

spread as (
    select
        b.break_id, b.effective, b.quarter, b.begins_quarter, b.kind, b.measures,
        c.complex_id
    from breaks as b
    inner join (
        select complex_id from {{ ref('complexes') }}
        union all
        select '_T' as complex_id
    ) as c
        on c.complex_id = b.complex_id
        or b.complex_id = '_T'
        or (c.complex_id = '_T' and b.kind in ('coverage_in', 'coverage_out'))
),

measured as (
    select s.*, m.measure, m.kind as measure_kind
    from spread as s
    inner join {{ ref('measures') }} as m
        on s.measures = ';all;' or s.measures like '%;' || m.measure || ';%'
),

placed as (
    select break_id, kind, complex_id, measure, quarter as period from measured
    union all
    -- the quarter after one that holds both
    select break_id, kind, complex_id, measure, {{ next_quarter('quarter') }} as period
    from measured
    where not begins_quarter and measure_kind <> 'stock'
    union all
    select break_id, kind, complex_id, measure, effective as period
    from measured
    where effective <> quarter
),

scoped as (
    select p.*, i.is_industry
    from placed as p
    inner join (select true as is_industry union all select false as is_industry) as i
        on i.is_industry or p.kind <> 'reclassification'
)

select
    complex_id,
    is_industry,
    measure,
    period,
    {{ dbt.listagg('break_id', "';'", 'order by break_id') }} as break_ids,
    min(case when kind = 'reclassification' then 1 else 0 end) = 1 as is_reclassification
from scoped
group by complex_id, is_industry, measure, period
