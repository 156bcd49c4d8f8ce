package org.genimage.data.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class NearDuplicatesTest {

  private static final int SIZE = 3000;

  @Test
  void find_plantedPairs_isWhatComparingAllFinds() {
    Random random = new Random(1);
    List<PerceptualHash> hashes = new ArrayList<>();
    while (hashes.size() < SIZE) {
      boolean near = hashes.size() > 10 && random.nextInt(4) == 0;
      hashes.add(
          near
              ? changed(hashes.get(random.nextInt(hashes.size())), random)
              : new PerceptualHash(
                  random.nextLong(), random.nextLong(), random.nextLong(), random.nextLong()));
    }
    NearDuplicates search = search(hashes);
    TreeSet<String> found = new TreeSet<>();

    search.find(i -> i, (first, second) -> found.add(first + " " + second));

    TreeSet<String> expected = new TreeSet<>();
    for (int i = 0; i < SIZE; i++) {
      for (int j = i + 1; j < SIZE; j++) {
        PerceptualHash a = hashes.get(i);
        PerceptualHash b = hashes.get(j);
        if (Long.bitCount(a.coarse() ^ b.coarse()) <= 4 && a.distance(b) <= 24) {
          expected.add(i + " " + j);
        }
      }
    }
    assertThat(expected).hasSizeGreaterThan(300);
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void find_manyEqualHashes_pairsEachWithTheFirstOfEachKind() {
    PerceptualHash same = new PerceptualHash(1, 2, 3, 4);
    NearDuplicates search = new NearDuplicates(100_001); // the last one has no hash
    for (int i = 0; i < 100_000; i++) {
      search.put(i, same);
    }
    int[] partners = new int[100_001];

    search.find(i -> i % 2, (first, second) -> partners[second] |= 1 << first);

    assertThat(partners[0]).isZero();
    assertThat(partners[1]).isEqualTo(0b01);
    for (int i = 2; i < 100_000; i++) {
      assertThat(partners[i]).isEqualTo(0b11);
    }
    assertThat(partners[100_000]).isZero();
  }

  private static NearDuplicates search(List<PerceptualHash> hashes) {
    NearDuplicates search = new NearDuplicates(hashes.size());
    for (int i = 0; i < hashes.size(); i++) {
      search.put(i, hashes.get(i));
    }
    return search;
  }

  /** Changes up to 6 bits of the first word and up to 30 of the others. */
  private static PerceptualHash changed(PerceptualHash hash, Random random) {
    long[] words = {hash.coarse(), hash.fine1(), hash.fine2(), hash.fine3()};
    for (int bits = random.nextInt(7); bits > 0; bits--) {
      words[0] ^= 1L << random.nextInt(64);
    }
    for (int bits = random.nextInt(31); bits > 0; bits--) {
      words[1 + random.nextInt(3)] ^= 1L << random.nextInt(64);
    }
    return new PerceptualHash(words[0], words[1], words[2], words[3]);
  }
}
