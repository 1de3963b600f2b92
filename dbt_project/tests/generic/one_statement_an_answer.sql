{#- One answer states a thing once, or says the same twice; two figures for one thing are a parser's
    or a publisher's fault, and nobody can tell which holds. -#}
{% test one_statement_an_answer(model, key, value) %}
select {{ key | join(', ') }}, count(distinct {{ value }}) as values_stated
from {{ model }}
group by {{ key | join(', ') }}
having count(distinct {{ value }}) > 1
{% endtest %}
