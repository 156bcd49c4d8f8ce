package org.genimage.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.genimage.data.fuzz.Fuzzer;
import org.genimage.data.image.Image;
import org.genimage.data.image.Transform;
import org.genimage.data.image.UnreadableImageException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackedImagesFuzzTest {

  @TempDir Path folder;

  /** Whatever the index says under a right checksum is refused, or every sample can be asked. */
  @Test
  @Tag("fuzz")
  void open_damagedIndexWithARightChecksum_isRefusedOrComplete() throws IOException {
    Path file = folder.resolve("packed");
    ByteSource image = ByteSource.wrap(Image.of(2, 1, new byte[6]).toPng());
    ImageDataset data =
        ImageDataset.of(
            List.of(
                new Sample("a.png", image, Label.NATURE, Generator.ADM),
                new Sample("b.png", image, Label.AI, Generator.named("Painter 2"))));
    PackedImages.write(file, data, Transform.IDENTITY, "as they are", Progress.NONE);
    byte[] whole = Files.readAllBytes(file);
    int records = (int) ByteBuffer.wrap(whole).getLong(whole.length - 24);
    byte[] index = Arrays.copyOfRange(whole, records, whole.length - 24);

    Fuzzer.of(index)
        .allowing(DatasetException.class)
        .allowing(UnreadableImageException.class)
        .run(
            "packed images",
            damaged -> {
              ByteBuffer bytes = ByteBuffer.allocate(records + damaged.length + 24);
              bytes.put(whole, 0, records).put(damaged).put(whole, whole.length - 24, 24);
              CRC32C checksum = new CRC32C();
              checksum.update(damaged);
              bytes.putInt(bytes.limit() - 12, (int) checksum.getValue());
              Files.write(file, bytes.array());
              PackedImages packed = PackedImages.open(file);
              for (int i = 0; i < packed.size(); i++) {
                assertThat(packed.sample(i).label()).isNotNull();
                packed.sample(i).image();
              }
            });
  }
}
