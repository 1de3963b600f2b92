-- The breaks of any measure by complex and quarter: what a row of the wide marts carries.
select complex_id, is_industry, period, {{ all_break_ids('break_ids') }} as break_ids
from {{ ref('int_breaks_listed') }}
where period like '____-Q_'
group by complex_id, is_industry, period
