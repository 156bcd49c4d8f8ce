@echo off
rem Starts genimage with the Java of JAVA_HOME, or else of PATH. JAVA_OPTS has further options for Java.
setlocal
set "JAVA="
if defined JAVA_HOME (
  set "JAVA=%JAVA_HOME%\bin\java.exe"
) else (
  for %%j in (java.exe) do set "JAVA=%%~$PATH:j"
)
if not exist "%JAVA%" (
  echo error: expected Java 17 or newer, found none; install it, or set JAVA_HOME>&2
  exit /b 2
)

rem Java says in a file which it is.
set "VERSION="
for %%j in ("%JAVA%\..\..\release") do if exist "%%~fj" (
  for /f "usebackq tokens=2 delims==" %%v in (`findstr /b "JAVA_VERSION=" "%%~fj"`) do set "VERSION=%%~v"
)
set "MAJOR=17"
for /f "tokens=1 delims=.-+_" %%m in ("%VERSION%") do set "MAJOR=%%m"
if %MAJOR% LSS 17 (
  echo error: expected Java 17 or newer, found Java %VERSION% ^("%JAVA%"^); install a newer one, or set JAVA_HOME>&2
  exit /b 2
)

if not defined TF_CPP_MIN_LOG_LEVEL set "TF_CPP_MIN_LOG_LEVEL=3"
if not defined TF_OVERRIDE_GLOBAL_THREADPOOL set "TF_OVERRIDE_GLOBAL_THREADPOOL=1"
"%JAVA%" --enable-native-access=ALL-UNNAMED %JAVA_OPTS% -cp "%~dp0..\lib\*" org.genimage.app.Main %*
exit /b %ERRORLEVEL%
