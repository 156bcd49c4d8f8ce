package org.genimage.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.genimage.data.Seed;
import org.genimage.data.reference.ReferenceData;
import org.junit.jupiter.api.Test;

/**
 * The newer detectors' augmentation, held against torchvision on Pillow: each operation exactly,
 * for draws that are given; the laws of the draws by what they do to pictures. The fixture and the
 * script that makes it are in the resources' {@code augmentations}.
 */
class AugmentationReferenceTest {

  private static final int DRAWS = 10_000;
  private static final JsonNode FIXTURE = read();

  private final RandomGenerator random = Seed.of(17).random();

  private static JsonNode read() {
    try (InputStream json =
        AugmentationReferenceTest.class.getResourceAsStream("/augmentations/augmentations.json")) {
      return new JsonMapper().readTree(json);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Hands out given numbers, and checks what whole numbers are asked for. */
  private static final class Given implements RandomGenerator {

    private final Deque<int[]> whole = new ArrayDeque<>();
    private final Deque<Double> shares = new ArrayDeque<>();

    Given number(int number, int bound) {
      whole.add(new int[] {number, bound});
      return this;
    }

    Given share(double share) {
      shares.add(share);
      return this;
    }

    @Override
    public int nextInt(int bound) {
      int[] next = whole.remove();
      assertThat(bound).isEqualTo(next[1]);
      return next[0];
    }

    @Override
    public double nextDouble() {
      return shares.remove();
    }

    @Override
    public long nextLong() {
      throw new AssertionError("no other numbers are drawn");
    }

    void assertUsedUp() {
      assertThat(whole).isEmpty();
      assertThat(shares).isEmpty();
    }
  }

  /** The script's picture. */
  private static Image picture(JsonNode entry) {
    int width = entry.get("width").asInt();
    int height = entry.get("height").asInt();
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      int c = i % 3;
      int x = i / 3 % width;
      int y = i / 3 / width;
      rgb[i] = (byte) (37 * x + 91 * y + 53 * c + x * y * (c + 3) / 7);
    }
    return Image.of(width, height, rgb);
  }

  private static void assertResult(JsonNode entry, Image found) {
    assertThat(List.of(found.width(), found.height()))
        .as(entry.toString())
        .containsExactly(entry.get("result").get(0).asInt(), entry.get("result").get(1).asInt());
    assertThat(ReferenceData.sha256(found.toArray()))
        .as(entry.toString())
        .isEqualTo(entry.get("sha256").asText());
  }

  private static void assertResult(JsonNode entry, Transform transform, Given draws) {
    assertResult(entry, transform.apply(picture(entry), draws));
    draws.assertUsedUp();
  }

  @Test
  void randomPaddedCrop_ofGivenPlaces_equalsTorchvisions() {
    for (JsonNode entry : FIXTURE.get("padded_crop")) {
      int size = entry.get("size").asInt();
      int width = Math.max(entry.get("width").asInt(), 2 * size - entry.get("width").asInt());
      int height = Math.max(entry.get("height").asInt(), 2 * size - entry.get("height").asInt());
      Given draws =
          new Given()
              .number(entry.get("row").asInt(), height - size + 1)
              .number(entry.get("column").asInt(), width - size + 1);

      assertResult(entry, Transforms.randomPaddedCrop(size), draws);
    }
  }

  @Test
  void rotate_byGivenAngles_equalsPillows() {
    for (JsonNode entry : FIXTURE.get("rotation")) {
      assertResult(entry, Transforms.rotate(picture(entry), entry.get("angle").asDouble()));
    }
  }

  @Test
  void colourJitter_ofGivenFactorsAndOrder_equalsTorchvisions() {
    for (JsonNode entry : FIXTURE.get("colour_jitter")) {
      List<Integer> left = new ArrayList<>(List.of(0, 1, 2));
      Given draws = new Given();
      for (JsonNode change : entry.get("order")) {
        draws.number(left.indexOf(change.asInt()), left.size());
        left.remove((Integer) change.asInt());
        draws.share(entry.get("factors").get(change.asInt()).asDouble() - 0.5);
      }

      assertResult(entry, Transforms.colourJitter(0.5, 0.5, 0.5), draws);
    }
  }

  @Test
  void randomMask_ofGivenCells_equalsSafes() {
    for (JsonNode entry : FIXTURE.get("mask")) {
      int side = entry.get("side").asInt();
      int cells = entry.get("width").asInt() / side * (entry.get("height").asInt() / side);
      Given draws = new Given().share(0.1).share(entry.get("ratio").asDouble());
      entry.get("cells").forEach(cell -> draws.number(cell.asInt(), cells));

      assertResult(entry, Transforms.randomMask(0.5, 1, side), draws);
    }
    Image whole = picture(FIXTURE.get("mask").get(0));
    assertThat(Transforms.randomMask(0.5, 1, 16).apply(whole, new Given().share(0.6)))
        .isSameAs(whole);
  }

  /** A bright spot to the right of the centre tells by which angle it was moved. */
  @Test
  void randomRotation_angles_followTorchvisionsLaw() {
    int side = 401;
    byte[] rgb = new byte[3 * side * side];
    for (int x = 375; x < 378; x++) {
      for (int y = 199; y < 202; y++) {
        rgb[3 * (y * side + x)] = (byte) 255;
      }
    }
    Image spot = Image.of(side, side, rgb);
    Transform rotation = Transforms.randomRotation(180);
    double[] angles =
        Stream.generate(() -> angle(rotation.apply(spot, random)))
            .limit(2_000)
            .mapToDouble(angle -> angle)
            .toArray();

    // 2,000 draws instead of 10,000, so distances are some 1.8 times as large.
    assertThat(Arrays.stream(angles).average().orElseThrow()).isCloseTo(0, within(10.0));
    JsonNode law = FIXTURE.get("laws").get("angle").get("quantiles_0_to_100");
    for (int i = 0; i <= 100; i += 10) {
      double limit = law.get(i).asDouble() + (i == 100 ? 1 : 0);
      double share =
          Arrays.stream(angles).filter(angle -> angle <= limit).count() / (double) angles.length;
      assertThat(share).isCloseTo(i / 100.0, within(0.05));
    }
  }

  private static double angle(Image image) {
    double sumX = 0;
    double sumY = 0;
    int count = 0;
    byte[] rgb = image.toArray();
    for (int i = 0; i < rgb.length; i += 3) {
      if (rgb[i] != 0) {
        sumX += i / 3 % image.width();
        sumY += i / 3 / image.width();
        count++;
      }
    }
    double centre = (image.width() - 1) / 2.0;
    return Math.toDegrees(Math.atan2(centre - sumY / count, sumX / count - centre));
  }

  /** A grey level tells the factor of brightness. */
  @Test
  void colourJitter_factors_followTorchvisionsLaw() {
    Image grey = Image.of(1, 1, new byte[] {(byte) 160, (byte) 160, (byte) 160});
    Transform brightness = Transforms.colourJitter(0.5, 0, 0);
    double[] factors =
        Stream.generate(() -> (brightness.apply(grey, random).value(0, 0, 0) + 0.5) / 160)
            .limit(DRAWS)
            .mapToDouble(factor -> factor)
            .toArray();

    Quantiles.assertSameLaw("brightness", factors, FIXTURE.get("laws").get("brightness"));
    assertThat(Transforms.colourJitter(0, 0, 0).apply(grey, random).toArray())
        .isEqualTo(grey.toArray());
  }

  /** With one factor for all, what comes out tells the order. */
  @Test
  void colourJitter_orders_followTorchvisionsLaw() {
    Image image = picture(FIXTURE.get("rotation").get(0));
    Transform jitter = Transforms.colourJitter(0.5, 0.5, 0.5);
    Map<String, Integer> counts = new HashMap<>();
    int draws = 2_000;
    for (int i = 0; i < draws; i++) {
      Given given = new Given().share(0.9).share(0.9).share(0.9);
      given.number(random.nextInt(3), 3).number(random.nextInt(2), 2).number(0, 1);
      counts.merge(ReferenceData.sha256(jitter.apply(image, given).toArray()), 1, Integer::sum);
    }

    JsonNode shares = FIXTURE.get("laws").get("order_shares");
    assertThat(shares).hasSize(6);
    for (Map.Entry<String, JsonNode> order : shares.properties()) {
      List<Integer> left = new ArrayList<>(List.of(0, 1, 2));
      Given given = new Given().share(0.9).share(0.9).share(0.9);
      for (char change : order.getKey().toCharArray()) {
        given.number(left.indexOf(change - '0'), left.size());
        left.remove((Integer) (change - '0'));
      }
      String result = ReferenceData.sha256(jitter.apply(image, given).toArray());
      assertThat(counts.get(result) / (double) draws)
          .as(order.getKey())
          .isCloseTo(order.getValue().asDouble(), within(0.05));
    }
  }

  @Test
  void randomMask_cells_followSafesLaw() {
    Image white = white(256);
    Transform mask = Transforms.randomMask(0.5, 0.75, 16);
    int[] hits = new int[256];
    double[] counts = new double[2_000];
    for (int i = 0; i < counts.length; i++) {
      Image masked = mask.apply(white, random);
      for (int cell = 0; cell < hits.length; cell++) {
        boolean black = masked.value(cell % 16 * 16, cell / 16 * 16, 1) == 0;
        assertThat(masked.value(cell % 16 * 16 + 15, cell / 16 * 16 + 15, 2) == 0).isEqualTo(black);
        hits[cell] += black ? 1 : 0;
        counts[i] += black ? 1 : 0;
      }
    }

    JsonNode law = FIXTURE.get("laws").get("masked_cells_of_256").get("quantiles_0_to_100");
    Arrays.sort(counts);
    for (int i = 0; i <= 100; i += 5) {
      double limit = law.get(i).asDouble();
      double below = Arrays.stream(counts).filter(count -> count < limit).count() / 2e3;
      double upTo = Arrays.stream(counts).filter(count -> count <= limit).count() / 2e3;
      assertThat(below).isLessThanOrEqualTo(i / 100.0 + 0.05);
      assertThat(upTo).isGreaterThanOrEqualTo(i / 100.0 - 0.05);
    }
    double mean = Arrays.stream(hits).average().orElseThrow();
    for (int count : hits) {
      assertThat((double) count).isCloseTo(mean, within(100.0));
    }
  }

  @Test
  void randomPaddedCrop_everyPlace_isDrawn() {
    Image image = white(3);
    Transform crop = Transforms.randomPaddedCrop(5);

    long places =
        Stream.generate(() -> Arrays.hashCode(crop.apply(image, random).toArray()))
            .limit(500)
            .distinct()
            .count();

    assertThat(places).isEqualTo(9);
  }

  @Test
  void tile_smallImage_isRepeated() {
    Image image = Image.of(2, 1, new byte[] {1, 2, 3, 4, 5, 6});

    Image tiled = Transforms.tile(3).apply(image, random);

    assertThat(List.of(tiled.width(), tiled.height())).containsExactly(4, 3);
    for (int x = 0; x < 4; x++) {
      for (int y = 0; y < 3; y++) {
        assertThat(tiled.value(x, y, 1)).isEqualTo(image.value(x % 2, 0, 1));
      }
    }
    assertThat(Transforms.tile(1).apply(image, random)).isSameAs(image);
    Image thin = Image.of(1, 20_000, new byte[60_000]);
    assertThatThrownBy(() -> Transforms.tile(20_000).apply(thin, random))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageContaining("found 1x20000, which would be 20000x20000; leave it out");
  }

  @Test
  void cropToMultiple_oddSides_dropsTheLast() {
    Image image = picture(FIXTURE.get("rotation").get(0)); // 40x31

    Image even = Transforms.cropToMultiple(2).apply(image, random);

    assertThat(List.of(even.width(), even.height())).containsExactly(40, 30);
    assertThat(even.toArray()).isEqualTo(Crop.of(image, new Box(0, 0, 40, 30)).toArray());
    assertThat(Transforms.cropToMultiple(1).apply(image, random)).isSameAs(image);
    assertThatThrownBy(() -> Transforms.cropToMultiple(32).apply(image, random))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessage(
            "expected an image of at least 32 pixels on each side, found 40x31; leave it out");
  }

  @Test
  void settings_outOfTheirRange_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.randomRotation(181))
        .withMessage("largest angle must be from 0 to 180, got 181.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.colourJitter(0.5, -1, 0))
        .withMessage("amounts of a colour jitter must not be negative, got 0.5, -1.0, 0.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.randomMask(0.5, 1.5, 16))
        .withMessage("largest share of a mask must be from 0 to 1, got 1.5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.randomMask(0.5, 1, 0))
        .withMessage("side of a mask's squares must be positive, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Transforms.randomPaddedCrop(0))
        .withMessage("crop size must be positive, got 0");
    assertThatIllegalArgumentException().isThrownBy(() -> Transforms.tile(0));
    assertThatIllegalArgumentException().isThrownBy(() -> Transforms.cropToMultiple(0));
  }

  private static Image white(int side) {
    byte[] rgb = new byte[3 * side * side];
    Arrays.fill(rgb, (byte) 255);
    return Image.of(side, side, rgb);
  }
}
