-- The quarters in which a complex is no part of the statistic, for each measure: from `absent_from` on, before
-- `absent_until`. By the register of breaks before it joined and after it left; a departure that nobody dated
-- (dim_complex.published_until is an upper bound) counts from the last quarter in which the complex was listed.
-- A flow of a quarter that it was a part of for some months alone is on neither side.
with moves as (
    select
        b.complex_id,
        m.measure,
        b.kind,
        b.effective,
        {{ as_quarter('b.effective') }} as quarter,
        m.kind <> 'stock' and not (b.effective like '____-Q_' or {{ begins_quarter('b.effective') }}) as is_mixed
    from {{ ref('complex_breaks') }} as b
    inner join {{ ref('measures') }} as m
        on b.measures = 'all' or ';' || b.measures || ';' like '%;' || m.measure || ';%'
    where b.kind in ('coverage_in', 'coverage_out')
),

neighbours as (
    select
        *,
        lag(kind) over (partition by complex_id, measure order by quarter, effective) as kind_before,
        lead(quarter) over (partition by complex_id, measure order by quarter, effective) as next_move
    from moves
),

undated as (
    select complex_id
    from {{ ref('complexes') }}
    where published_until is not null
        and complex_id not in (select complex_id from {{ ref('complex_breaks') }} where kind = 'coverage_out')
),

last_quarters as (
    select
        q.complex_id,
        q.measure,
        -- months of the quarter of departure make no stock of it, but a part of the total's flow
        max(case when m.kind <> 'stock' or q.obs_status <> 'O' then q.period end) as period
    from {{ ref('int_observations_quarterised') }} as q
    inner join undated as u on u.complex_id = q.complex_id
    inner join {{ ref('measures') }} as m on m.measure = q.measure
    where q.industry_code = '_T' and q.sex = '_T' and q.size_class = '_T'
    group by q.complex_id, q.measure
)

select complex_id, measure, '0000-Q1' as absent_from, quarter as absent_until
from neighbours
where kind = 'coverage_in' and kind_before is null
union all
select
    complex_id,
    measure,
    case when is_mixed then {{ next_quarter('quarter') }} else quarter end as absent_from,
    coalesce(next_move, '9999-Q4') as absent_until
from neighbours
where kind = 'coverage_out'
union all
select complex_id, measure, {{ next_quarter('period') }} as absent_from, '9999-Q4' as absent_until
from last_quarters
where period is not null
