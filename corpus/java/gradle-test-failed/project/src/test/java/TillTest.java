import static org.junit.Assert.assertEquals;

import org.junit.Test;

public class TillTest {
    @Test
    public void addsUp() {
        assertEquals(5, Till.sum(2, 3));
    }
}
