-- Each complex and quarter has every indicator of the catalogue, once (location quotients: once an
-- industry); 계 has no shares, quotients or specialisation of itself.
with expected as (
    select kpi from {{ ref('dim_kpi') }}
),

grid as (
    select distinct complex_id, period from {{ ref('cluster_kpi') }}
    union
    select complex_id, period from {{ ref('complex_quarterly') }}
)

select g.complex_id, g.period, e.kpi
from grid as g
cross join expected as e
left join (select distinct complex_id, period, kpi from {{ ref('cluster_kpi') }}) as k
    on k.complex_id = g.complex_id and k.period = g.period and k.kpi = e.kpi
where k.kpi is null and g.complex_id <> '_T'
