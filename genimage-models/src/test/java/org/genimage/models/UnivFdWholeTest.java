package org.genimage.models;

import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * All 304 million numbers of UnivFD against the official network: two minutes and 8 GB, so only
 * where the fixtures are another folder's. {@link UnivFdTest} compares the first two blocks always.
 */
@EnabledIfSystemProperty(named = "genimage.reference", matches = ".+")
class UnivFdWholeTest implements UnivFdContract {

  @Override
  public Blueprint blueprint() {
    return Detectors.univFd();
  }
}
