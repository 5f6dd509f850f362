using VirtMigration.Convergence;
using Xunit;

namespace VirtMigration.UnitTests.Convergence;

public sealed class StallDetectorTests
{
    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(40);

    private readonly StallDetector _detector = new();
    private int _second;
    private long _sentMiB;

    // What each pass begins with, 10 s apart, and the second at which it is called stalled.
    [Theory]
    [InlineData("900 800 700 600 500 400 300 200", null)]
    [InlineData("900 900 900 900 900 900 900", 41)]
    [InlineData("900 500 500 500 500 500 500 500 500", 51)]
    [InlineData("900 500 490 485 490 495 490 490 490", 51)]
    [InlineData("900 880 860 840 820 800 780 760 740 720 700 690 680 670 660 650 640 630", null)]
    [InlineData("900 990 1100 1200 1300 1400 1500", 41)]
    public void It_is_stalled_when_no_pass_of_the_window_began_lower_than_those_before_it(string levels, int? stalledAt) =>
        Assert.Equal(stalledAt, FirstSecond(levels, StallVerdict.Stalled));

    [Fact]
    public void A_level_that_rises_after_a_new_low_is_no_stall()
    {
        // Lows fall from wave to wave; the peaks lie above lows of long ago.
        Assert.Null(FirstSecond("900 500 900 850 420 800 700 360 780 600 300 700 500 250", StallVerdict.Stalled));
    }

    [Fact]
    public void A_verdict_is_taken_back_when_progress_comes()
    {
        Passes("900 900 900 900 900 900 900");
        Assert.NotEqual(StallVerdict.Progressing, _detector.Verdict(s_window));
        Passes("500");
        Assert.Equal(StallVerdict.Progressing, _detector.Verdict(s_window));
    }

    [Fact]
    public void What_is_left_within_a_pass_is_no_progress()
    {
        // It falls to nothing in each pass, and each begins with the same again.
        Assert.NotNull(FirstSecond("900 900 900 900 900 900 900 900", StallVerdict.Stalled));
        Assert.Equal(900, _detector.Level.Bytes >> 20);
    }

    [Fact]
    public void A_first_pass_that_gets_on_is_no_stall_however_long_it_takes()
    {
        for (int second = 0; second < 3600; second++)
        {
            Feed(1, 1_000_000 - (second * 100), 100);
            Assert.Equal(StallVerdict.Progressing, _detector.Verdict(s_window));
        }
    }

    [Fact]
    public void A_pass_longer_than_the_window_is_waited_for()
    {
        Pass(2, 9000, seconds: 90);
        Pass(3, 8900, seconds: 89);
        Assert.Equal(StallVerdict.Progressing, _detector.Verdict(s_window));
        Pass(4, 8800, seconds: 1);
        Assert.NotEqual(StallVerdict.Progressing, _detector.Verdict(s_window));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_link_that_carries_nothing_is_a_stall_after_twice_the_window_and_never_a_moment_to_act(int pass)
    {
        Pass(pass, 9000, seconds: 30);
        int dead = _second;
        StallVerdict verdict = StallVerdict.Progressing;
        while (verdict == StallVerdict.Progressing && _second < 1000)
        {
            Feed(pass, 6000, 0);
            verdict = _detector.Verdict(s_window);
            Assert.NotEqual(StallVerdict.ActNow, verdict);
        }

        Assert.InRange(_second - dead, 75, 125);
    }

    [Fact]
    public void In_a_drop_of_the_link_it_does_not_act()
    {
        for (int pass = 2; pass < 12; pass++)
        {
            Pass(pass, 900, seconds: 9);
        }

        for (int pass = 12; pass < 15; pass++)
        {
            // The first one begins before anybody can know.
            Feed(pass, 900, 30);
            Assert.Equal(pass == 12 ? StallVerdict.ActNow : StallVerdict.Stalled, _detector.Verdict(s_window));
            for (int second = 1; second < 9; second++)
            {
                Feed(pass, 900 - (100 * second), 30);
            }

            Assert.True(_detector.InDrop);
        }
    }

    [Fact]
    public void After_a_drop_progress_is_measured_anew_but_not_after_each_of_many()
    {
        for (int pass = 2; pass < 6; pass++)
        {
            Pass(pass, 1400 - (100 * pass), seconds: 9);
        }

        Pass(6, 800, seconds: 20, rate: 15);
        Pass(7, 3000, seconds: 30);
        for (int pass = 8; pass < 12; pass++)
        {
            Pass(pass, 3000 - (300 * (pass - 7)), seconds: 20);
            Assert.Equal(StallVerdict.Progressing, _detector.Verdict(s_window));
        }
    }

    [Fact]
    public void It_acts_only_when_a_pass_begins_low()
    {
        // Waves between 500 and 900 that fall no lower.
        List<long> acted = [];
        int pass = 2;
        for (int i = 0; i < 60; i++, pass++)
        {
            long level = i % 5 == 0 ? 500 : 900;
            Feed(pass, level, 100);
            if (_detector.Verdict(s_window) == StallVerdict.ActNow)
            {
                acted.Add(level);
                break;
            }

            for (int second = 1; second < 5; second++)
            {
                Feed(pass, level - (second * 100), 100);
                Assert.NotEqual(StallVerdict.ActNow, _detector.Verdict(s_window));
            }
        }

        Assert.Equal([500], acted);
    }

    [Fact]
    public void It_waits_no_longer_for_a_low_than_another_window()
    {
        // It fell to 100 once, and never again.
        Passes("900 100");
        int acted = 0;
        for (int pass = 10; pass < 40 && acted == 0; pass++)
        {
            Pass(pass, 900 + pass, seconds: 5);
            Feed(pass + 1, 900, 100);
            acted = _detector.Verdict(s_window) == StallVerdict.ActNow ? _second : 0;
            pass++;
        }

        Assert.InRange(acted, 50, 110);
    }

    [Fact]
    public void A_migration_that_begins_again_is_another_one()
    {
        Passes("900 900 900 900 900 900 900");
        Assert.NotEqual(StallVerdict.Progressing, _detector.Verdict(s_window));
        _second = 0;
        Feed(1, 4000, 100);
        Assert.Equal(StallVerdict.Progressing, _detector.Verdict(s_window));
        Assert.Equal(TimeSpan.Zero, _detector.Idle);
    }

    // Rates are averaged over time: however often it is fed, it says the same.
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public void The_rate_does_not_depend_on_how_often_it_is_read(int readingsPerSecond)
    {
        for (int i = 0; i <= 60 * readingsPerSecond; i++)
        {
            double seconds = (double)i / readingsPerSecond;
            double sent = (Math.Min(seconds, 30) * 100) + (Math.Max(0, seconds - 30) * 200);
            _detector.Observe(new(1, TimeSpan.FromSeconds(seconds), Given.GiB(100), Given.GiB(200)) { Sent = new((long)(sent * (1 << 20))) });
        }

        Assert.InRange(_detector.Rate!.Value.BitsPerSecond / 8.0 / (1 << 20), 190, 200);
    }

    [Fact]
    public void Pages_of_zeros_say_nothing_of_the_link()
    {
        for (int second = 0; second < 10; second++)
        {
            Feed(1, 9000 - (second * 100), 100);
        }

        for (int second = 0; second < 5; second++)
        {
            Feed(1, 8000 - (second * 1500), 2);
        }

        Assert.InRange(_detector.Rate!.Value.BitsPerSecond / 8.0 / (1 << 20), 99, 101);
        Assert.False(_detector.InDrop);
    }

    private int? FirstSecond(string levels, StallVerdict least)
    {
        int? found = null;
        int pass = 2;
        foreach (string level in levels.Split(' '))
        {
            for (int second = 0; second < 10; second++)
            {
                Feed(pass, long.Parse(level) * (10 - second) / 10, 100);
                found ??= _detector.Verdict(s_window) >= least ? _second - 1 : null;
            }

            pass++;
        }

        return found;
    }

    private void Passes(string levels)
    {
        int pass = 2;
        foreach (string level in levels.Split(' '))
        {
            Pass(_second == 0 ? pass : 2 + (_second / 10), long.Parse(level), 10);
            pass++;
        }
    }

    private void Pass(int pass, long level, int seconds, long rate = 100)
    {
        for (int second = 0; second < seconds; second++)
        {
            Feed(pass, level * (seconds - second) / seconds, rate);
        }
    }

    private void Feed(int pass, long leftMiB, long rate)
    {
        _sentMiB += rate;
        _detector.Observe(new(pass, TimeSpan.FromSeconds(_second++), new(leftMiB << 20), Given.GiB(4)) { Sent = new(_sentMiB << 20) });
    }
}
