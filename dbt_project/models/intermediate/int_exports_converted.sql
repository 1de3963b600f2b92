-- Exports of a quarter in US$ and, at the stated mean exchange rate of the quarter, in won:
-- million US$ × won a US$ = million won = 억원 / 100. The rate is that of the series krw_per_usd that holds
-- (the interface before print); without it there is no figure in won.
select
    q.complex_id,
    q.period,
    q.exports_usd_m,
    coalesce(q.exports_usd_m_status, 'O') as exports_usd_m_status,
    r.value as krw_per_usd,
    r.source as krw_per_usd_source,
    case when q.exports_usd_m_status = 'A' then q.exports_usd_m * r.value / 100 end as exports_krw_100m,
    case
        when coalesce(q.exports_usd_m_status, 'O') <> 'A' then coalesce(q.exports_usd_m_status, 'O')
        when r.value is null then 'O'
        else 'A'
    end as exports_krw_100m_status,
    q.is_simulated or coalesce(r.is_simulated, false) as is_simulated
from {{ ref('int_complex_quarters_pivoted') }} as q
left join {{ ref('int_figures_harmonised') }} as r
    on r.series = 'krw_per_usd' and r.figure_rank = 1 and r.period = q.period
