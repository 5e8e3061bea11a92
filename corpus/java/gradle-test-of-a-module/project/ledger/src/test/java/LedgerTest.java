import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import org.junit.Test;

public class LedgerTest {
    @Test
    public void countsRows() {
        assertEquals("rows", 2, Ledger.rows("a;b"));
    }

    @Test
    public void isNeverNegative() {
        assertTrue(Ledger.rows("a") >= 0);
    }
}
