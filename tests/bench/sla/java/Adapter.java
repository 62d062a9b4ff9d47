// Answers the cases with ObjectLab Kit's date calculator, which knows days and no hours: java -cp JARS Adapter.java CASES.
// The file of the cases has one case, and one calendar, on each line.

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.objectlab.kit.datecalc.common.DefaultHolidayCalendar;
import net.objectlab.kit.datecalc.common.HolidayHandlerType;
import net.objectlab.kit.datecalc.jdk8.LocalDateKitCalculatorsFactory;

public class Adapter {
  record Calendar(String name, ZoneId zone) {}

  record Case(String id, Calendar calendar, Instant from, int days) {}

  public static void main(String[] args) throws Exception {
    Map<String, Calendar> calendars = new HashMap<>();
    List<Case> cases = new ArrayList<>();
    LocalDateKitCalculatorsFactory factory = LocalDateKitCalculatorsFactory.getDefaultInstance();
    for (String line : Files.readAllLines(Path.of(args[0]))) {
      if (line.contains("\"zone\"")) {
        String name = found(line, "^\\s*\"(\\w+)\"");
        Set<LocalDate> closed = new HashSet<>();
        Matcher dates = Pattern.compile("\"date\": \"([0-9-]+)\"").matcher(line);
        while (dates.find()) {
          closed.add(LocalDate.parse(dates.group(1)));
        }
        LocalDate first = LocalDate.of(2000, 1, 1);
        factory.registerHolidays(name, new DefaultHolidayCalendar<>(closed, first, LocalDate.of(2100, 1, 1)));
        calendars.put(name, new Calendar(name, ZoneId.of(found(line, "\"zone\": \"([^\"]+)\""))));
      } else if (line.contains("\"op\": \"business_days\"")) {
        Calendar calendar = calendars.get(found(line, "\"calendar\": \"(\\w+)\""));
        Instant from = Instant.parse(found(line, "\"from\": \"([^\"]+)\""));
        cases.add(new Case(found(line, "\"id\": \"(\\w+)\""), calendar, from, Integer.parseInt(found(line, "\"days\": (\\d+)"))));
      }
    }
    StringBuilder answers = new StringBuilder();
    for (Case one : cases) {
      answers.append(answers.isEmpty() ? "" : ", ").append('"').append(one.id()).append("\": \"").append(answer(factory, one)).append('"');
    }
    List<Case> office = cases.stream().filter(one -> one.calendar().name().equals("office")).toList();
    // The first second warms up.
    rate(factory, office);
    System.out.printf(
        "{\"library\": \"objectlab-datecalc\", \"version\": \"1.4.8\", \"answers\": {%s}, \"per_second\": {\"business_days\": %d}}%n",
        answers, rate(factory, office));
  }

  static String found(String line, String pattern) {
    Matcher matcher = Pattern.compile(pattern).matcher(line);
    if (!matcher.find()) {
      throw new IllegalArgumentException(line);
    }
    return matcher.group(1);
  }

  static Instant answer(LocalDateKitCalculatorsFactory factory, Case one) {
    ZonedDateTime local = one.from().atZone(one.calendar().zone());
    LocalDate day = factory.getDateCalculator(one.calendar().name(), HolidayHandlerType.FORWARD)
        .setStartDate(local.toLocalDate()).moveByBusinessDays(one.days()).getCurrentBusinessDate();
    return ZonedDateTime.of(day, local.toLocalTime(), one.calendar().zone()).toInstant();
  }

  static long rate(LocalDateKitCalculatorsFactory factory, List<Case> cases) {
    long begun = System.nanoTime();
    long count = 0;
    while (System.nanoTime() - begun < 1_000_000_000L) {
      answer(factory, cases.get((int) (count % cases.size())));
      count++;
    }
    return count * 1_000_000_000L / (System.nanoTime() - begun);
  }
}
