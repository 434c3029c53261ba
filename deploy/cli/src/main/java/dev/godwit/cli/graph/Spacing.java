package dev.godwit.cli.graph;

/**
 * Places boxes of one row as near as possible to where they would like to be, without overlap and without changing their order: least squares by pooling
 * neighbours that want to pass each other. Linear.
 */
final class Spacing {
    private Spacing() {}

    /**
     * @param wanted the middle of each box where it would be best
     * @param widths of the boxes
     * @param gap between two boxes
     * @return the middles
     */
    static double[] place(double[] wanted, double[] widths, double gap) {
        int count = wanted.length;
        double[] offsets = new double[count];
        for (int i = 1; i < count; i++) {
            offsets[i] = offsets[i - 1] + (widths[i - 1] + widths[i]) / 2 + gap;
        }
        double[] means = new double[count];
        int[] sizes = new int[count];
        int pools = 0;
        for (int i = 0; i < count; i++) {
            double mean = wanted[i] - offsets[i];
            int size = 1;
            while (pools > 0 && means[pools - 1] > mean) {
                pools--;
                mean = (mean * size + means[pools] * sizes[pools]) / (size + sizes[pools]);
                size += sizes[pools];
            }
            means[pools] = mean;
            sizes[pools++] = size;
        }
        double[] middles = new double[count];
        for (int pool = 0, i = 0; pool < pools; pool++) {
            for (int end = i + sizes[pool]; i < end; i++) {
                middles[i] = means[pool] + offsets[i];
            }
        }
        return middles;
    }
}
