# A case of more lines than first + last loses its middle: fixtures stay small.
function flush_case(  i) {
  for (i = 1; i <= count; i++) if (count <= first + last || i <= first || i > count - last) print kept[i]
  count = 0
}
/^=== / { flush_case() }
{ kept[++count] = $0 }
END { flush_case() }
