package org.genimage.models.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code pretrained.json} says. */
class CatalogueTest {

  private static final Catalogue CATALOGUE = Catalogue.PUBLISHED;

  private static List<PublishedFile> files() {
    return CATALOGUE.models().stream().flatMap(model -> model.files().stream()).toList();
  }

  @Test
  void models_haveNamesAndPlacesOfTheirOwn() {
    assertThat(CATALOGUE.models())
        .extracting(PublishedModel::name)
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("[a-z0-9-]+"));
    for (PublishedModel model : CATALOGUE.models()) {
      assertThat(model.files()).extracting(PublishedFile::name).doesNotHaveDuplicates();
    }
  }

  @Test
  void addresses_areEncrypted() {
    assertThat(CATALOGUE.hosts()).extracting(Host::address).allMatch(this::isHttps);
    assertThat(files()).extracting(PublishedFile::published).allMatch(this::isHttps);
    assertThat(files()).extracting(file -> file.licence().address()).allMatch(this::isHttps);
  }

  private boolean isHttps(URI address) {
    return address.getScheme().equals("https") && address.getHost() != null;
  }

  /** A branch moves, so what is not on a hub that states hashes is pinned. */
  @Test
  void files_arePinned_orOfAHubThatStatesTheirHash() {
    assertThat(files())
        .allSatisfy(
            file -> {
              if (file.host().name().equals("huggingface.co")) {
                assertThat(file.revision()).matches("main|[0-9a-f]{40}");
              } else {
                assertThat(file.isPinned()).isTrue();
                assertThat(file.revision()).matches("[0-9a-f]{40}");
              }
              file.expected().sha256().ifPresent(hash -> assertThat(hash).matches("[0-9a-f]{64}"));
              file.expected().gitBlob().ifPresent(hash -> assertThat(hash).matches("[0-9a-f]{40}"));
            });
  }

  @Test
  void licences_allowTheirUse() {
    assertThat(files()).extracting(file -> file.licence().name()).containsOnly("MIT", "Apache-2.0");
  }

  @Test
  void addresses_areThoseOfTheHostsFiles() {
    assertThat(files())
        .extracting(file -> file.published().toString())
        .contains(
            "https://huggingface.co/OwensLab/commfor-model-384/resolve/main/model.safetensors",
            "https://raw.githubusercontent.com/xigua7105/FerretNet"
                + "/e92796c1a2fb07ccc57ecd7e718e6dce067be5fa"
                + "/checkpoints/4cls_ckpt/ferretnet-s-median-3.pth");
  }
}
