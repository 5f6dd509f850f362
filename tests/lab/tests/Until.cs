using System.Diagnostics;

namespace VirtMigration.LabTests;

/// <summary>Waits for conditions, each within a bound.</summary>
internal static class Until
{
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(50);

    public static Task HoldsAsync(string what, Func<bool> condition) =>
        HoldsAsync(what, () => Task.FromResult(condition()));

    public static async Task HoldsAsync(string what, Func<Task<bool>> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > s_bound)
            {
                throw new TimeoutException($"Not within {s_bound.TotalSeconds} s: {what}.");
            }

            await Task.Delay(s_poll);
        }
    }
}
