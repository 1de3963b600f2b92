-- a claim that was landed has at least one verdict
select c.claim_id
from {{ ref('stg_sandan__claims') }} as c
left join {{ ref('claim_check') }} as v on v.claim_id = c.claim_id
where v.claim_id is null
