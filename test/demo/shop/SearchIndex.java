package shop;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Finds articles by words, with streams. Lambdas are methods named `lambda$…`, called through classes that the VM made up while the
 * program ran (`…$$Lambda$…`); all of them have their names in the graph.
 */
final class SearchIndex {
  private static final int ARTICLES = 2_000;
  private static final List<String> WORDS = List.of("red", "green", "blue", "wool", "silk", "linen", "coat", "hat", "scarf", "glove");

  private final Map<String, List<Integer>> articlesByWord = new HashMap<>();
  private final Random random = new Random(3);

  SearchIndex() {
    for (String word : WORDS)
      articlesByWord.put(word, IntStream.range(0, ARTICLES).filter(article -> random.nextInt(5) == 0).boxed().collect(Collectors.toList()));
  }

  /** The ten best articles for three words: an article is the better the more of them it has. */
  long rankWithLambdas() {
    Map<Integer, Long> hits = random.ints(3, 0, WORDS.size())
        .mapToObj(WORDS::get)
        .flatMap(word -> articlesByWord.get(word).stream())
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    return hits.entrySet().stream()
        .sorted(Comparator.comparing((Map.Entry<Integer, Long> entry) -> -entry.getValue()).thenComparing(entry -> entry.getKey()))
        .limit(10)
        .mapToLong(entry -> entry.getKey())
        .sum();
  }
}
