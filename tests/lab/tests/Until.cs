using System.Diagnostics;

namespace VirtMigration.LabTests;

/// <summary>Waits for conditions, each within a bound.</summary>
internal static class Until
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(50);

    public static Task HoldsAsync(string what, Func<bool> condition, int seconds = 60) =>
        HoldsAsync(what, () => Task.FromResult(condition()), seconds);

    public static async Task HoldsAsync(string what, Func<Task<bool>> condition, int seconds = 60)
    {
        long start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start).TotalSeconds > seconds)
            {
                throw new TimeoutException($"Not within {seconds} s: {what}.");
            }

            await Task.Delay(s_poll);
        }
    }
}
