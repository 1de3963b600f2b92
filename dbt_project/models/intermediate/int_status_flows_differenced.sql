-- Production and exports of a quarter from the sums since January.
--
-- The sum begins anew in the first quarter, which is its own; any other quarter is the sum less
-- the sum of the quarter before. Where that quarter's edition is missing there is no number ('O'):
-- the sum of several quarters is not put on one of them. Suppressed stays suppressed.
select
    q.status_complex_id,
    q.period,
    {{ status_flows('q', 'b') }}
from {{ ref('int_status_quarters_pivoted') }} as q
left join {{ ref('int_status_quarters_pivoted') }} as b
    on b.status_complex_id = q.status_complex_id
    and b.period = {{ previous_period('q.period') }}
